/** A folder whose setting names no program. */

import { deepStrictEqual } from "node:assert";
import { setTimeout } from "node:timers/promises";

import { commands } from "vscode";

import { findings, runs, shown } from "./cases";

const READING_MS = 3000;

export const run = runs({
  "the file is shown without findings": async () => {
    const document = await shown("compose.yaml");
    await commands.executeCommand("dropcap.restart");
    // Time to read the message, for who looks at the window: it closes when this ends.
    await setTimeout(READING_MS);
    deepStrictEqual(findings(document), []);
  },
});
