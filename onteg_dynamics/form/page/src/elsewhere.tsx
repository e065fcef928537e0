// The same step for the shell, Python and Airflow, to copy.
import { useEffect, useState } from "react";
import * as api from "./api";
import type { Data, Snippet } from "./types";

export function Elsewhere({ connection, action, options }: { connection: string; action: string; options: Data }): React.ReactNode {
  const [isOpen, setOpen] = useState(false);
  const [snippets, setSnippets] = useState<Snippet[]>([]);
  const [shown, setShown] = useState(0);
  const key = JSON.stringify([connection, action, options]);
  useEffect(() => {
    if (!isOpen) return;
    const timer = setTimeout(() => void api.snippets(connection, action, options).then(setSnippets, () => setSnippets([])), 200);
    return () => clearTimeout(timer);
  }, [key, isOpen]);
  const snippet = snippets[shown];
  return (
    <details className="elsewhere" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>The same step elsewhere</summary>
      <div role="tablist" aria-label="Where" onKeyDown={(event) => setShown(moved(event, shown, snippets.length))}>
        {snippets.map((one, index) => (
          <button key={one.title} type="button" role="tab" id={`tab-${index}`} aria-controls="snippet" aria-selected={index === shown}
            tabIndex={index === shown ? 0 : -1} onClick={() => setShown(index)}>
            {one.title}
          </button>
        ))}
      </div>
      {snippet && (
        <div role="tabpanel" id="snippet" aria-labelledby={`tab-${shown}`}>
          <Copy text={snippet.code} />
          <pre tabIndex={0}><code>{snippet.code}</code></pre>
        </div>
      )}
    </details>
  );
}

// The arrow keys go from tab to tab, as in the ARIA pattern.
function moved(event: React.KeyboardEvent, shown: number, count: number): number {
  const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (!step || !count) return shown;
  const next = (shown + step + count) % count;
  document.getElementById(`tab-${next}`)?.focus();
  return next;
}

function Copy({ text }: { text: string }): React.ReactNode {
  const [isCopied, setCopied] = useState(false);
  useEffect(() => setCopied(false), [text]);
  return (
    <p className="copy">
      <span role="status">{isCopied && "Copied"}</span>
      <button type="button" onClick={() => void navigator.clipboard.writeText(text).then(() => setCopied(true))}>
        Copy
      </button>
    </p>
  );
}
