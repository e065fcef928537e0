// A step: which action, its options, a dry run, the run, and the same elsewhere.
import { useEffect, useMemo, useRef, useState } from "react";
import * as api from "./api";
import { Combobox } from "./combobox";
import { dress } from "./dress";
import { Elsewhere } from "./elsewhere";
import { FailureBox, failureOf } from "./failure";
import { ResultBox } from "./result";
import { SchemaForm } from "./schema-form";
import type { ActionFace, Data, Failure, Pair, Progress, Result } from "./types";

export function StepPanel({ actions, connection }: { actions: ActionFace[]; connection: string }): React.ReactNode {
  const [name, setName] = useState(location.hash.slice(1));
  const items = useMemo(() => actions.map((one) => ({ value: one.name, label: one.title, group: one.group, about: one.description })), [actions]);
  const face = actions.find((one) => one.name === name);
  useEffect(() => {
    const follow = (): void => setName(location.hash.slice(1));
    addEventListener("hashchange", follow);
    return () => removeEventListener("hashchange", follow);
  }, []);
  const choose = (next: string): void => {
    setName(next);
    history.replaceState(null, "", `#${next}`);
  };
  return (
    <section aria-labelledby="step" className="panel">
      <h2 id="step">Try a step</h2>
      <div className="field action">
        <label htmlFor="action">Action</label>
        <Combobox id="action" items={items} value={name} placeholder={`Choose one of ${actions.length} actions`} isStrict onValue={choose} />
        {face && (
          <p className="about">
            {face.description}{" "}
            {face.helpLink && <a href={face.helpLink} target="_blank" rel="noreferrer">Microsoft’s page<span className="unseen"> about it, in a new tab</span></a>}
          </p>
        )}
      </div>
      {face && <Step key={face.name} face={face} connection={connection} />}
    </section>
  );
}

function Step({ face, connection }: { face: ActionFace; connection: string }): React.ReactNode {
  const [form, setForm] = useState<{ pair: Pair; example: Data }>();
  const [options, setOptions] = useState<Data>({});
  const [made, setMade] = useState(0); // forms begin anew when an example is filled in
  const runner = useRunner(connection, face.name);
  const [isAsking, setAsking] = useState(false);
  useEffect(() => {
    void api.action(face.name).then((got) => setForm({ pair: dress(withoutDryRun(got.form)), example: got.example }));
  }, [face.name]);
  if (!form) return null;
  const problems = (runner.failure ?? runner.result?.error)?.problems ?? [];
  const run = (): void => (face.destructive ? setAsking(true) : void runner.run(options));
  return (
    <>
      <button type="button" className="link example" onClick={() => (setOptions(form.example), setMade(made + 1))}>
        Fill in an example
      </button>
      <SchemaForm key={made} pair={form.pair} data={options} tagName="div" idPrefix="step" onData={setOptions} context={{ connection, values: options, problems }} />
      <div className="buttons">
        {!face.readOnly && (
          <button type="button" disabled={!connection || runner.isRunning} onClick={() => void runner.run({ ...options, dry_run: true })}>
            Dry Run
          </button>
        )}
        <button type="button" className="primary" disabled={!connection || runner.isRunning} onClick={run}>
          {runner.isRunning ? "Running …" : "Run"}
        </button>
        {runner.isRunning && <button type="button" onClick={runner.stop}>Stop</button>}
        {runner.isRunning && runner.progress && <Far progress={runner.progress} />}
        {!connection && <span className="hint">Test the connection first.</span>}
      </div>
      {isAsking && <Asked face={face} onNo={() => setAsking(false)} onYes={() => (setAsking(false), void runner.run(options))} />}
      {runner.failure && <FailureBox failure={runner.failure} idPrefix="step" />}
      {runner.result && <ResultBox result={runner.result} />}
      <Elsewhere connection={connection} action={face.name} options={options} />
    </>
  );
}

const Far = ({ progress: { rows, total } }: { progress: Progress }): React.ReactNode => (
  <span className="hint">
    {total && <progress value={rows} max={total} aria-label="Rows" />} {rows.toLocaleString("en")}
    {total ? ` of ${total.toLocaleString("en")}` : ""} rows
  </span>
);

// A dry run has a button of its own.
function withoutDryRun({ schema, uiSchema }: Pair): Pair {
  const { dry_run: _, ...properties } = schema.properties ?? {};
  return { schema: { ...schema, properties }, uiSchema };
}

interface Runner {
  result: Result | undefined;
  failure: Failure | undefined;
  progress: Progress | undefined;
  isRunning: boolean;
  run: (options: Data) => Promise<void>;
  stop: () => void;
}

function useRunner(connection: string, action: string): Runner {
  const [result, setResult] = useState<Result>();
  const [failure, setFailure] = useState<Failure>();
  const [progress, setProgress] = useState<Progress>();
  const [isRunning, setRunning] = useState(false);
  const stopper = useRef(new AbortController());
  useEffect(() => () => stopper.current.abort(), []);
  const run = async (options: Data): Promise<void> => {
    stopper.current = new AbortController();
    setRunning(true), setResult(undefined), setFailure(undefined), setProgress(undefined);
    try {
      for await (const line of api.run(connection, action, options, stopper.current.signal)) {
        if (line.progress) setProgress(line.progress);
        if (line.result) setResult(line.result);
      }
    } catch (error) {
      const isStopped = error instanceof DOMException && error.name === "AbortError";
      setFailure(isStopped ? { kind: "Stopped", message: "Stopped. What was under way may have been carried out." } : failureOf(error));
    } finally {
      setRunning(false);
    }
  };
  return { result, failure, progress, isRunning, run, stop: () => stopper.current.abort() };
}

// What cannot be brought back is asked about once more.
function Asked({ face, onYes, onNo }: { face: ActionFace; onYes: () => void; onNo: () => void }): React.ReactNode {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => void dialog.current?.showModal(), []);
  return (
    <dialog ref={dialog} aria-labelledby="asked" onClose={onNo}>
      <h3 id="asked">Run {face.title}?</h3>
      <p>{face.description} This may delete or overwrite what cannot be brought back. A dry run shows first what it would do.</p>
      <div className="buttons">
        <button type="button" autoFocus onClick={onNo}>Cancel</button>
        <button type="button" className="primary danger" onClick={onYes}>{face.title}</button>
      </div>
    </dialog>
  );
}
