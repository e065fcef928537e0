// What the scenarios of DynamicsWebApi share: its client, and how they are played.

import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const require = createRequire(pathToFileURL(`${process.cwd()}/`));
const { DynamicsWebApi } = require("dynamics-web-api");
export const settings = JSON.parse(process.env.SETTINGS);
export const api = new DynamicsWebApi({
  serverUrl: settings.endpoint_url,
  dataApi: { version: "9.2" },
  searchApi: { version: "2.0" },
  onTokenRefresh: async () => settings.token,
});

export async function refused(work, status) {
  const error = await work().then(() => null, (failure) => failure);
  assert.ok(error, "it was not refused");
  assert.equal(error.status, status, error.message);
}

export function label(text) {
  const type = "Microsoft.Dynamics.CRM.";
  return {
    "@odata.type": `${type}Label`,
    LocalizedLabels: [{ "@odata.type": `${type}LocalizedLabel`, Label: text, LanguageCode: 1033 }],
  };
}

// Prints one JSON line a scenario.
export async function play(scenarios) {
  for (const scenario of scenarios) {
    const error = await scenario().then(() => null, (failure) => `${failure.stack ?? ""} ${JSON.stringify(failure)}`);
    console.log(JSON.stringify({ name: scenario.name, error }));
  }
}
