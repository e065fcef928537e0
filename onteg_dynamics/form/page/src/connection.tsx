// The connection's form, and its test: the doctor's lines, as they are made.
import { useEffect, useMemo, useRef, useState } from "react";
import * as api from "./api";
import { FailureBox, failureOf } from "./failure";
import { SchemaForm } from "./schema-form";
import type { Connection, Data, Failure, Finding, Pair, Start } from "./types";
import { dress } from "./dress";

interface Props {
  start: Start;
  onConnection: (connection: Connection | undefined) => void;
}

export function ConnectionPanel({ start, onConnection }: Props): React.ReactNode {
  const pair = useMemo(() => dress(start.form), [start]);
  const [settings, setSettings] = useState<Data>({ ...defaultsOf(pair), ...start.connection.settings });
  const [known, setKnown] = useState<Connection>(start.connection);
  const [findings, setFindings] = useState<Finding[]>([]);
  const [failure, setFailure] = useState<Failure>();
  const [isTesting, setTesting] = useState(false);
  const [isOpen, setOpen] = useState(true); // folded away when it works
  const change = (next: Data): void => {
    setSettings(next);
    if (findings.length) setFindings([]), onConnection(undefined);
  };
  const test = async (): Promise<void> => {
    setTesting(true), setFindings([]), setFailure(undefined), onConnection(undefined);
    try {
      let opened: Connection | undefined;
      let isHealthy = true;
      for await (const line of api.test(settings, known.name, known.kept)) {
        if (line.connection) setKnown((opened = line.connection)), setSettings((now) => without(now, opened!.kept));
        if (line.error) setFailure(line.error);
        if (line.finding) setFindings((before) => [...before, line.finding!]);
        isHealthy &&= line.finding?.passed !== false && !line.error;
      }
      onConnection(isHealthy ? opened : undefined);
      setOpen(!isHealthy);
    } catch (error) {
      setFailure(failureOf(error));
    } finally {
      setTesting(false);
    }
  };
  const context = {
    connection: "",
    values: settings,
    problems: failure?.problems ?? [],
    kept: known.kept,
    forget: (key: string) => setKnown({ ...known, kept: known.kept.filter((one) => one !== key) }),
  };
  return (
    <section aria-labelledby="connection" className="panel">
      <h2 id="connection" tabIndex={-1}>Connect to Dynamics</h2>
      {isOpen ? (
        <SchemaForm pair={pair} data={settings} context={context} idPrefix="connection" onData={change} onSubmit={() => void test()}>
          <div className="buttons">
            <button type="submit" className="primary" disabled={isTesting}>
              {isTesting ? "Testing …" : "Test Connection"}
            </button>
          </div>
        </SchemaForm>
      ) : (
        <Connected settings={settings} onChange={() => setOpen(true)} />
      )}
      {failure && <FailureBox failure={failure} idPrefix="connection" />}
      <Findings findings={findings} isRunning={isTesting} />
    </section>
  );
}

// What a form begins with: rjsf fills in the defaults of a branch only where the field that opens it is filled in.
const defaultsOf = ({ schema }: Pair): Data =>
  Object.fromEntries(
    Object.entries((schema.properties ?? {}) as Record<string, { default?: unknown }>)
      .filter(([name, field]) => schema.required?.includes(name) && field.default !== undefined)
      .map(([name, field]) => [name, field.default]),
  );

function Connected({ settings, onChange }: { settings: Data; onChange: () => void }): React.ReactNode {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => void box.current?.focus(), []);
  return (
    <div className="connected" tabIndex={-1} ref={box}>
      <p>
        <strong>{String(settings.connection_name)}</strong> {String(settings.endpoint_url)}
        <span className="hint"> {[settings.authentication, settings.flows].filter(Boolean).join(", ")}</span>
      </p>
      <button type="button" onClick={onChange}>Change</button>
    </div>
  );
}

// Secrets that the server has now are forgotten here.
const without = (settings: Data, keys: string[]): Data =>
  Object.fromEntries(Object.entries(settings).filter(([key]) => !keys.includes(key)));

const MARKS = new Map<boolean | null, [string, string]>([
  [true, ["good", "Passed"]],
  [false, ["bad", "Failed"]],
  [null, ["unknown", "Unknown"]],
]);

function Findings({ findings, isRunning }: { findings: Finding[]; isRunning: boolean }): React.ReactNode {
  const failed = findings.filter((finding) => finding.passed === false).length;
  const sum = failed ? `${failed} of ${findings.length} checks failed.` : "The connection works.";
  return (
    <div aria-live="polite" className="findings">
      {findings.length > 0 && (
        <ul>
          {findings.map((finding, index) => {
            const [mark, word] = MARKS.get(finding.passed)!;
            return (
              <li key={index} className={mark}>
                <span className="unseen">{word}: </span>
                <strong>{finding.check}</strong> <span>{finding.message}</span>
                {finding.fix && <p className="fix">{finding.fix}</p>}
              </li>
            );
          })}
        </ul>
      )}
      {findings.length > 0 && !isRunning && <p className={failed ? "sum bad" : "sum good"}>{sum}</p>}
    </div>
  );
}
