// Bundles src/ into ../static: one script, one style sheet, the page, and the licences of everything inside.
import { createHash } from "node:crypto";
import { copyFileSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { build } from "esbuild";

const OUT = "../static";
const result = await build({
  entryPoints: { form: "src/main.tsx" },
  outdir: OUT,
  bundle: true,
  minify: true,
  metafile: true,
  target: "es2022",
  charset: "utf8",
  legalComments: "none", // the whole texts stand in licenses.txt
  define: { "process.env.NODE_ENV": '"production"' },
});
for (const name of ["index.html", "icon.svg"]) copyFileSync(`src/${name}`, `${OUT}/${name}`);
writeFileSync(`${OUT}/licenses.txt`, licenses(Object.keys(result.metafile.inputs)));
writeFileSync(`${OUT}/sources.sha256`, fingerprint());

function licenses(inputs) {
  const names = inputs.map((path) => path.match(/^node_modules\/((?:@[^/]+\/)?[^/]+)/)?.[1]).filter(Boolean);
  return [...new Set(names)].sort().map(license).join(`\n${"-".repeat(80)}\n\n`);
}

function license(name) {
  const about = JSON.parse(readFileSync(`node_modules/${name}/package.json`, "utf8"));
  const file = readdirSync(`node_modules/${name}`).find((entry) => /^licen[sc]e/i.test(entry));
  const text = file ? readFileSync(`node_modules/${name}/${file}`, "utf8").trim() : `Licence: ${about.license}. Author: ${person(about.author)}.`;
  return `${name} ${about.version} (${about.license})\n\n${text}\n`;
}

function person(author) {
  return typeof author === "string" ? author : (author?.name ?? "its contributors");
}

// A test compares this with the sources, so that a stale build is seen without npm.
function fingerprint() {
  const sources = readdirSync("src").map((name) => `src/${name}`);
  const lines = [...sources, "build.mjs", "package.json", "package-lock.json", "tsconfig.json"].sort().map((path) => {
    const digest = createHash("sha256").update(readFileSync(path)).digest("hex");
    return `${digest}  ${path}\n`;
  });
  return lines.join("");
}
