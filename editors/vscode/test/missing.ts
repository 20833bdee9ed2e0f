/** A folder whose setting names no program at first, then one that ends: the messages are read by who started this. */

import { deepStrictEqual } from "node:assert";
import { existsSync, readFileSync } from "node:fs";

import { ConfigurationTarget, workspace } from "vscode";

import { becomes, findings, inFolder, runs, shown, variable } from "./cases";

export const run = runs({
  "the setting names no program": async () => {
    const document = await shown("compose.yaml");
    await messages(1);
    deepStrictEqual(findings(document), []);
  },

  "it names a program that ends": async () => {
    await setPath(inFolder("tools/broken"));
    await messages(2);
  },

  "it names none": async () => {
    await setPath(undefined);
    const document = await shown("compose.yaml");
    await becomes(() => findings(document), (all) => all.includes("4 privileged"));
  },
});

async function setPath(path: string | undefined): Promise<void> {
  await workspace.getConfiguration("dropcap").update("path", path, ConfigurationTarget.Workspace);
}

/** Wait until the window has shown that many messages. */
async function messages(count: number): Promise<void> {
  const seen = variable("DROPCAP_TEST_SEEN");
  await becomes(() => (existsSync(seen) ? readFileSync(seen, "utf8") : ""), (text) => text === String(count));
}
