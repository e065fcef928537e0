// What a step gave: lists of rows as tables, the rest as lines; all of it as JSON where wanted.
import { useEffect, useRef, useState } from "react";
import { asText } from "./context";
import { FailureBox } from "./failure";
import { capital } from "./templates";
import type { Data, Result } from "./types";

const WIDEST = 12; // columns that a person can read

export function ResultBox({ result }: { result: Result }): React.ReactNode {
  const [isRaw, setRaw] = useState(false);
  const box = useRef<HTMLElement>(null);
  useEffect(() => void box.current?.scrollIntoView({ block: "nearest" }), [result]);
  if (result.error) return <FailureBox failure={result.error} idPrefix="step" />;
  return (
    <section aria-labelledby="result" className="result" ref={box}>
      <h3 id="result" role="status">{result.output.dry_run === true ? "Dry run: nothing was changed" : "Done"}</h3>
      {result.warnings.map((warning, index) => <p key={index} className="warning">{warning}</p>)}
      {isRaw ? <pre tabIndex={0}>{JSON.stringify(result.output, null, 2)}</pre> : <Output output={result.output} />}
      <p className="cost">
        {cost(result)}{" "}
        <button type="button" className="link" onClick={() => setRaw(!isRaw)}>{isRaw ? "Show as a table" : "Show as JSON"}</button>
      </p>
    </section>
  );
}

function Output({ output }: { output: Data }): React.ReactNode {
  const row = isRow(output.row) ? output.row : {};
  const lines = Object.entries({ ...output, ...row }).filter(([key, value]) => !isRows(value) && key !== "row" && key !== "dry_run");
  return (
    <>
      {Object.entries(output).map(([name, value]) => isRows(value) && <Rows key={name} name={name} rows={value} />)}
      {lines.length > 0 && (
        <dl>
          {lines.map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd><Cell value={value} /></dd>
            </div>
          ))}
        </dl>
      )}
    </>
  );
}

const isRow = (value: unknown): value is Data => typeof value === "object" && value !== null && !Array.isArray(value);

const isRows = (value: unknown): value is Data[] => Array.isArray(value) && value.length > 0 && value.every(isRow);

function Rows({ name, rows }: { name: string; rows: Data[] }): React.ReactNode {
  const [isWide, setWide] = useState(false);
  const all = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const filled = all.filter((key) => rows.some((row) => asText(row[key]) !== "" && asText(row[key]) !== "[]"));
  const keys = isWide ? all : filled.slice(0, WIDEST);
  return (
    <div className="rows">
      <div className="wide" tabIndex={0} role="region" aria-label={name}>
        <table>
          <caption>{name === "rows" ? `${rows.length} row${rows.length === 1 ? "" : "s"}` : capital(name)}</caption>
          <thead>
            <tr>{keys.map((key) => <th key={key} scope="col">{key}</th>)}</tr>
          </thead>
          <tbody>
            {rows.map((row, index) => (
              <tr key={index}>
                {keys.map((key) => <td key={key} {...looks(row[key])}><Cell value={row[key]} /></td>)}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {all.length > filled.slice(0, WIDEST).length && (
        <button type="button" className="link" onClick={() => setWide(!isWide)}>
          {isWide ? "Show fewer columns" : `Show ${all.length - keys.length} more columns`}
        </button>
      )}
    </div>
  );
}

const GUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

// Numbers stand to the right; ids are cut to one line, whole when copied or pointed at.
function looks(value: unknown): { className?: string; title?: string } {
  if (typeof value === "number") return { className: "number" };
  return typeof value === "string" && GUID.test(value) ? { className: "id", title: value } : {};
}

function Cell({ value }: { value: unknown }): React.ReactNode {
  if (value === null || value === undefined) return <span className="empty">empty</span>;
  if (Array.isArray(value) && value.length === 0) return <span className="empty">none</span>;
  if (typeof value === "boolean") return value ? "yes" : "no";
  return asText(value);
}

function cost({ stats }: Result): string {
  const count = stats.requests ?? 0;
  const parts = [`${count} request${count === 1 ? "" : "s"}`, `${stats.seconds ?? 0} s`];
  if (stats.retries) parts.push(`${stats.retries} of them again, ${stats.throttle_wait ?? 0} s waited`);
  return parts.join(", ");
}
