// The page: the connection, then a step with it, then what came of it.
import "./form.css";
import { StrictMode, useEffect, useState } from "react";
import { createRoot } from "react-dom/client";
import * as api from "./api";
import { ConnectionPanel } from "./connection";
import { FailureBox, failureOf } from "./failure";
import { StepPanel } from "./step";
import type { Connection, Failure, Start } from "./types";

function Page(): React.ReactNode {
  const [start, setStart] = useState<Start>();
  const [failure, setFailure] = useState<Failure>();
  const [connection, setConnection] = useState<Connection>();
  useEffect(() => void api.start().then(setStart, (error: unknown) => setFailure(failureOf(error))), []);
  if (failure) return <main className="alone"><FailureBox failure={failure} /></main>;
  if (!start) return <p className="alone">Loading …</p>;
  return (
    <>
      <a className="skip" href="#connection">Skip to the form</a>
      <header>
        <img src="icon.svg" alt="" width="32" height="32" />
        <h1>
          {start.title} <span className="version">{start.version}</span>
        </h1>
      </header>
      <main>
        <p className="lead">{start.description}</p>
        <nav aria-label="Documentation">
          {Object.entries(start.links).map(([name, address]) => (
            <a key={name} href={address} target="_blank" rel="noreferrer">{name}</a>
          ))}
        </nav>
        <ConnectionPanel start={start} onConnection={setConnection} />
        <StepPanel actions={start.actions} connection={connection?.name ?? ""} />
      </main>
      <footer>
        What you type goes to this machine only, and from here to your Dynamics. Secrets are not stored.{" "}
        <a href="licenses.txt" target="_blank" rel="noreferrer">Licences of the libraries in this page</a>
      </footer>
    </>
  );
}

createRoot(document.getElementById("page")!).render(
  <StrictMode>
    <Page />
  </StrictMode>,
);
