/** Runs cases within the editor, one after the other, and keeps what came of each for who started the editor. */

import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { type Diagnostic, languages, type TextDocument, Uri, window, workspace } from "vscode";

const PATIENCE_MS = 60_000;
const AGAIN_MS = 20;

export type Cases = Record<string, () => Promise<void>>;

/** Return what the editor calls: it runs the cases, and keeps after each what came of those so far. */
export function runs(cases: Cases): () => Promise<void> {
  return async () => {
    const results: Record<string, string> = {};
    for (const [name, run] of Object.entries(cases)) {
      try {
        await run();
        results[name] = "";
      } catch (error) {
        results[name] = error instanceof Error ? (error.stack ?? error.message) : String(error);
      }
      keep({ results, left: Object.keys(cases).length - Object.keys(results).length });
    }
  };
}

function keep(value: object): void {
  const path = variable("DROPCAP_TEST_RESULTS");
  writeFileSync(`${path}.new`, JSON.stringify(value));
  renameSync(`${path}.new`, path); // who reads it sees all of it
}

/** Return the value of a variable that the starter has set. */
export function variable(name: string): string {
  const value = process.env[name];
  if (value === undefined) {
    throw new Error(`the variable ${name} is not set`);
  }
  return value;
}

/** Return the path of a file in the folder that is open. */
export function inFolder(name: string): string {
  const folder = workspace.workspaceFolders?.[0];
  if (folder === undefined) {
    throw new Error("no folder is open");
  }
  return join(folder.uri.fsPath, name);
}

/** Open a file of the folder in an editor. */
export async function shown(name: string): Promise<TextDocument> {
  const document = await workspace.openTextDocument(Uri.file(inFolder(name)));
  await window.showTextDocument(document);
  return document;
}

/** Return what is written in a file of the folder. */
export function written(name: string): string {
  return readFileSync(inFolder(name), "utf8");
}

/** Return dropcap's findings in a text as lines `LINE rule`, counted from 1, in their order. */
export function findings(document: TextDocument): string[] {
  return languages
    .getDiagnostics(document.uri)
    .filter((one) => one.source === "dropcap")
    .sort((one, other) => one.range.start.compareTo(other.range.start))
    .map((one) => `${one.range.start.line + 1} ${rule(one)}`);
}

/** Return the name of the rule of a finding. */
export function rule(diagnostic: Diagnostic): string {
  const { code } = diagnostic;
  return String(typeof code === "object" ? code.value : code);
}

/** Wait until a value is as wanted; fails with the last one. */
export async function becomes<T>(value: () => T | Thenable<T>, wanted: (value: T) => boolean): Promise<T> {
  const until = Date.now() + PATIENCE_MS;
  for (;;) {
    const now = await value();
    if (wanted(now)) {
      return now;
    }
    if (Date.now() > until) {
      throw new Error(`it did not become as wanted (${String(wanted)}): ${JSON.stringify(now)}`);
    }
    await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
  }
}
