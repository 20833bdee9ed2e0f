/** What a person meets in a folder that they do not trust: it names programs of its own. */

import { deepStrictEqual, ok } from "node:assert";
import { existsSync } from "node:fs";

import { workspace } from "vscode";

import { becomes, findings, inFolder, runs, shown, written } from "./cases";

export const run = runs({
  "the folder is not trusted and has programs of its own": async () => {
    deepStrictEqual(workspace.isTrusted, false);
    ok(existsSync(inFolder(".venv/bin/dropcap")));
    ok(written(".vscode/settings.json").includes("dropcap.path"));
  },

  "checks files by the person's own program": async () => {
    const document = await shown("compose.yaml");
    await becomes(() => findings(document), (all) => all.includes("4 privileged"));
  },

  "runs no program of the folder": async () => {
    ok(!existsSync(inFolder("was-run")));
  },
});
