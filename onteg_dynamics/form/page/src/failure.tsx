// What went wrong, with what to do and the codes that support asks for.
import { useEffect, useRef } from "react";
import { Refused } from "./api";
import { capital } from "./templates";
import type { Failure } from "./types";

export function failureOf(error: unknown): Failure {
  if (error instanceof Refused) return error.failure;
  return { kind: "Error", message: error instanceof Error ? error.message : String(error) };
}

export function FailureBox({ failure, idPrefix }: { failure: Failure; idPrefix?: string }): React.ReactNode {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => void box.current?.focus(), [failure]);
  const codes = { Code: failure.code, HTTP: failure.status, "Request id": failure.request_id };
  return (
    <div className="failure" role="alert" tabIndex={-1} ref={box}>
      {failure.problems?.length ? (
        <ul>
          {failure.problems.map((problem, index) => (
            <li key={index}>
              {problem.label || problem.path ? <Place idPrefix={idPrefix} path={problem.path} label={problem.label} /> : null}
              {problem.label || problem.path ? problem.message : capital(problem.message)}
            </li>
          ))}
        </ul>
      ) : (
        <p>{failure.message}</p>
      )}
      {failure.fix && <p className="fix">{failure.fix}</p>}
      {failure.outcome_unknown && <p>The request was sent; it may have been carried out.</p>}
      <p className="codes">
        {Object.entries(codes)
          .filter(([, value]) => value)
          .map(([name, value]) => `${name} ${value}`)
          .join(" · ")}
      </p>
    </div>
  );
}

// The field's name, as a way to it.
function Place({ idPrefix, path, label }: { idPrefix?: string | undefined; path: string; label: string }): React.ReactNode {
  const focus = (): void => {
    const steps = path.split(".");
    for (let length = steps.length; length > 0; length--) {
      const field = document.getElementById([idPrefix, ...steps.slice(0, length)].join("."));
      if (field) return field.focus();
    }
  };
  return (
    <button type="button" className="link" onClick={focus}>
      {placeName(path, label)}
    </button>
  );
}

// "Conditions 1 column": places in a list are counted from one.
function placeName(path: string, label: string): string {
  const steps = path.split(".").map((step) => (/^\d+$/.test(step) ? String(Number(step) + 1) : step));
  return [label || steps[0], ...steps.slice(1)].join(" ");
}
