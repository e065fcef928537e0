// Draws every form of `onteg-dynamics export rjsf` with react-jsonschema-form as it is, validator with Ajv2020: what is
// handed to others works without our looks. Usage: node stock_rjsf.mjs FOLDER, in a folder with the packages
import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";

const require = createRequire(`${process.cwd()}/`);
const { createElement } = require("react");
const { renderToStaticMarkup } = require("react-dom/server");
const Form = require("@rjsf/core").default;
const { customizeValidator } = require("@rjsf/validator-ajv8");
const Ajv2020 = require("ajv/dist/2020");

const validator = customizeValidator({ AjvClass: Ajv2020 });
const folder = process.argv[2];
const names = ["connection.json", ...readdirSync(`${folder}/actions`).map((name) => `actions/${name}`)];
let count = 0;
for (const name of names) {
  const { schema, uiSchema } = JSON.parse(readFileSync(`${folder}/${name}`, "utf8"));
  const html = renderToStaticMarkup(createElement(Form, { schema, uiSchema, validator }));
  const missing = (schema.required ?? []).filter((field) => !html.includes(`root_${field}`));
  if (missing.length || html.includes("Unsupported field")) throw new Error(`${name}: ${missing.join(", ") || "unsupported field"}`);
  count += 1;
}
branch({ authentication: "Bearer" }, "root_token", "root_client_secret");
branch({ authentication: "OAuth", flows: "Client Credentials" }, "root_client_secret", "root_refresh_token");
console.log(`${count} forms`);

// The connection's form shows what belongs to a kind of Authentication, and nothing else.
function branch(formData, shown, hidden) {
  const { schema, uiSchema } = JSON.parse(readFileSync(`${folder}/connection.json`, "utf8"));
  const html = renderToStaticMarkup(createElement(Form, { schema, uiSchema, validator, formData }));
  if (!html.includes(`id="${shown}"`) || html.includes(`id="${hidden}"`)) throw new Error(`${formData.authentication}: wrong fields`);
  if (!html.includes('type="password"')) throw new Error("a secret is to be seen");
}
