// What fields know beside their own value: the connection, the whole step's options, what was wrong with the last try.
import type { Data, Dynamic, Problem } from "./types";

export interface Context {
  connection: string;
  values: Data;
  problems: Problem[];
  kept?: string[];
  forget?: (key: string) => void;
  row?: RowContext;
}

// Inside the form of a row: where it stands, which columns are emptied, which cannot be taken out.
export interface RowContext {
  path: string[];
  emptied: string[];
  fixed: string[];
  remove: (column: string) => void;
  empty: (column: string, isEmptied: boolean) => void;
}

export const contextOf = (registry: { formContext: unknown }): Context => registry.formContext as Context;

// The parameters of a dropdown, with the values of the fields it names: those beside it first, then those further out.
export function paramsOf(dynamic: Dynamic, values: Data, path: readonly (string | number)[]): Data {
  const levels: Data[] = [values];
  let level: unknown = values;
  for (const step of path.slice(0, -1)) {
    level = (level as Data | undefined)?.[step];
    if (level && typeof level === "object" && !Array.isArray(level)) levels.unshift(level as Data);
  }
  const found = Object.entries(dynamic.params).map(([param, field]) => [param, levels.find((one) => one[field])?.[field]]);
  return { ...Object.fromEntries(found.filter(([, value]) => value)), ...dynamic.constants };
}

type Path = readonly (string | number)[];

// What was wrong at a place of the form at hand.
export const problemsAt = (context: Context, path: Path): Problem[] =>
  path.length ? problemsBelow(context, [...(context.row?.path ?? []), ...path]) : [];

// What was wrong at a place of the whole step.
export function problemsBelow({ problems }: Context, path: Path): Problem[] {
  const here = path.join(".");
  return problems.filter((problem) => problem.path === here || problem.path.startsWith(`${here}.`));
}

export const asText = (value: unknown): string =>
  value === undefined || value === null ? "" : typeof value === "string" ? value : JSON.stringify(value);
