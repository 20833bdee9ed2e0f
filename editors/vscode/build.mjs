// Bundles the extension into dist/, with the licences of what is in the bundle; with --test the tests as well.

import { copyFileSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { build } from "esbuild";

const options = {
  bundle: true,
  external: ["vscode"],
  format: "cjs",
  legalComments: "none", // the licences are in a file of their own
  logLevel: "warning",
  metafile: true,
  minify: process.argv.includes("--minify"),
  platform: "node",
  target: "node20",
};
const TESTS = ["program.test", "trusted", "untrusted"];

rmSync("dist", { force: true, recursive: true });
const { metafile } = await build({ ...options, entryPoints: ["src/extension.ts"], outfile: "dist/extension.js" });
writeFileSync("ThirdPartyNotices.txt", notices(metafile.inputs));
copyFileSync("../../LICENSE", "LICENSE"); // one for all of the repository; the package has to bring it
if (process.argv.includes("--test")) {
  await build({ ...options, entryPoints: TESTS.map((name) => `test/${name}.ts`), outdir: "dist/test" });
  copyFileSync("test/package.json", "dist/test/package.json");
}

function notices(inputs) {
  const folders = new Set(Object.keys(inputs).flatMap((path) => path.match(/^.*node_modules\/(?:@[^/]+\/)?[^/]+/) ?? []));
  return [...folders].sort().map(notice).join(`\n${"-".repeat(80)}\n\n`);
}

function notice(folder) {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const file = readdirSync(folder).find((one) => /^licen[cs]e/i.test(one));
  if (file === undefined) {
    throw new Error(`${name} brings no licence that could be shipped with the bundle`);
  }
  return `${name} ${version} (${license})\n\n${readFileSync(join(folder, file), "utf8").trim()}\n`;
}
