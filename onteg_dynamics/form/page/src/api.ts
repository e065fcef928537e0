// The server, as functions. Every address is relative: it begins with the session's token.
import type { Choice, Data, Failure, Pair, Run, Snippet, Start, Tested } from "./types";

export class Refused extends Error {
  constructor(readonly failure: Failure) {
    super(failure.message);
  }
}

const GONE: Failure = {
  kind: "Gone",
  message: "The form's server does not answer.",
  fix: "Start onteg-dynamics form again, and open the address it prints.",
};

async function answer(path: string, init?: RequestInit): Promise<Response> {
  const got = await fetch(path, init).catch((error: unknown) => {
    throw error instanceof DOMException && error.name === "AbortError" ? error : new Refused(GONE);
  });
  if (got.ok) return got;
  const isOurs = got.headers.get("content-type")?.startsWith("application/json");
  throw new Refused(isOurs ? (await got.json()).error : { kind: "Refused", message: await got.text() });
}

function post(path: string, body: Data, signal?: AbortSignal): Promise<Response> {
  return answer(path, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
    signal: signal ?? null,
  });
}

export const start = async (): Promise<Start> => (await answer("api/start")).json();

export const action = async (name: string): Promise<{ form: Pair; example: Data }> =>
  (await answer(`api/actions/${encodeURIComponent(name)}`)).json();

export const choices = async (connection: string, source: string, params: Data): Promise<Choice[]> =>
  (await post("api/choices", { connection, source, params })).json();

export const schema = async (connection: string, source: string, params: Data): Promise<Pair> =>
  (await post("api/schema", { connection, source, params })).json();

// How far an action has come, and at last its result.
export const run = (connection: string, name: string, options: Data, signal: AbortSignal): AsyncGenerator<Run> =>
  lines(post("api/run", { connection, action: name, options }, signal));

export const snippets = async (connection: string, name: string, options: Data): Promise<Snippet[]> =>
  (await post("api/snippets", { connection, action: name, options })).json();

// A connection under its new name, then the findings of its test as they are made.
export const test = (settings: Data, connection: string, keep: string[]): AsyncGenerator<Tested> =>
  lines(post("api/test", { settings, connection, keep }));

// An answer of one JSON object a line, as they come.
async function* lines<Line>(asked: Promise<Response>): AsyncGenerator<Line> {
  const reader = (await asked).body!.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    const whole = (rest + part.value).split("\n");
    rest = whole.pop()!;
    for (const line of whole) yield JSON.parse(line) as Line;
  }
}
