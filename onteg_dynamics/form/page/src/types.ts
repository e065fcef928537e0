// What the server and the page tell each other; form/calls.py is the other side.
import type { RJSFSchema, UiSchema } from "@rjsf/utils";

export type Data = Record<string, unknown>;

export interface Pair {
  schema: RJSFSchema;
  uiSchema: UiSchema;
}

export interface Connection {
  name: string;
  settings: Data;
  kept: string[];
}

export interface ActionFace {
  name: string;
  title: string;
  group: string;
  description: string;
  helpLink: string;
  readOnly: boolean;
  destructive: boolean;
}

export interface Start {
  title: string;
  version: string;
  description: string;
  links: Record<string, string>;
  form: Pair;
  connection: Connection;
  actions: ActionFace[];
}

export interface Finding {
  check: string;
  passed: boolean | null;
  message: string;
  fix: string;
}

export interface Problem {
  path: string;
  label: string;
  message: string;
}

export interface Failure {
  kind: string;
  message: string;
  fix?: string;
  code?: string;
  status?: number;
  request_id?: string;
  outcome_unknown?: boolean;
  problems?: Problem[];
}

export interface Result {
  ok: boolean;
  action: string;
  output: Data;
  warnings: string[];
  stats: { requests?: number; retries?: number; throttle_wait?: number; seconds?: number };
  error: Failure | null;
}

export interface Choice {
  value: string | number;
  label: string;
}

export interface Snippet {
  title: string;
  language: string;
  code: string;
}

// Where a dropdown or a form that depends on the data comes from: parameter → field, parameter → value.
export interface Dynamic {
  source: string;
  params: Record<string, string>;
  constants?: Record<string, string>;
}

// One line of an answer that comes line by line.
export interface Tested {
  connection?: Connection;
  finding?: Finding;
  error?: Failure;
}

export interface Progress {
  rows: number;
  total: number | null;
}

export interface Run {
  progress?: Progress;
  result?: Result;
}
