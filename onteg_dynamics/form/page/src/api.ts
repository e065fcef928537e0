// The server, as functions. Every address is relative: it begins with the session's token.
import type { Choice, Connection, Data, Failure, Finding, Pair, Result, Snippet, Start } from "./types";

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

export const run = async (connection: string, name: string, options: Data, signal: AbortSignal): Promise<Result> =>
  (await post("api/run", { connection, action: name, options }, signal)).json();

export const snippets = async (connection: string, name: string, options: Data): Promise<Snippet[]> =>
  (await post("api/snippets", { connection, action: name, options })).json();

// The lines of a connection test, as they are made.
export async function* test(
  settings: Data,
  connection: string,
  keep: string[],
): AsyncGenerator<{ connection?: Connection; finding?: Finding; error?: Failure }> {
  const body = (await post("api/test", { settings, connection, keep })).body;
  const reader = body!.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    const lines = (rest + part.value).split("\n");
    rest = lines.pop()!;
    for (const line of lines) yield JSON.parse(line);
  }
}
