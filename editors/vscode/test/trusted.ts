/** What a person meets in a folder that they trust; the server is on PATH. */

import { deepStrictEqual, match, ok } from "node:assert";
import { existsSync, readFileSync } from "node:fs";

import {
  type CodeAction,
  commands,
  type CompletionList,
  ConfigurationTarget,
  type Hover,
  type InlayHint,
  languages,
  type MarkdownString,
  Position,
  Range,
  type TextDocument,
  Uri,
  window,
  workspace,
  WorkspaceEdit,
} from "vscode";

import { FILES } from "../src/files";
import { becomes, findings, inFolder, rule, runs, shown, variable, written } from "./cases";

const PRIVILEGED = "4 privileged";

export const run = runs({
  "shows findings where they are": async () => {
    const document = await shown("compose.yaml");
    const found = await becomes(() => findings(document), (all) => all.includes(PRIVILEGED));
    deepStrictEqual(found, ["2 new-privileges", PRIVILEGED, "6 useless-add"]);
    const privileged = languages.getDiagnostics(document.uri).find((one) => rule(one) === "privileged");
    ok(privileged);
    deepStrictEqual(document.getText(privileged.range), "true");
    match(privileged.message, /^service web: privileged mode grants every capability/);
    ok(typeof privileged.code === "object" && privileged.code.target.toString().startsWith("https://"));
  },

  "follows a text that is not saved": async () => {
    const document = await shown("compose.yaml");
    await replaceLine(document, 3, "    privileged: false");
    await becomes(() => findings(document), (all) => !all.includes(PRIVILEGED));
    await replaceLine(document, 3, "    privileged: true");
    await becomes(() => findings(document), (all) => all.includes(PRIVILEGED));
    await commands.executeCommand("workbench.action.files.revert");
  },

  "follows a file that another one extends": async () => {
    const document = await shown("stack/compose.yaml");
    await becomes(() => findings(document).length, (count) => count > 0);
    const base = await shown("base.yaml");
    await becomes(() => findings(base), (all) => all.includes(PRIVILEGED));
    await replaceLine(base, 3, "    read_only: true");
    await becomes(() => findings(base), (all) => !all.includes(PRIVILEGED));
    await commands.executeCommand("workbench.action.files.revert");
  },

  "leaves other files alone": async () => {
    const document = await shown("values.yaml");
    await becomes(() => findings(document), (all) => all.length === 0);
    const other = await shown("Dockerfile");
    await becomes(() => findings(other).length, (count) => count > 0);
    deepStrictEqual(findings(document), []);
  },

  "explains a capability": async () => {
    const document = await shown("compose.yaml");
    const hovers = await becomes(
      () => commands.executeCommand<Hover[]>("vscode.executeHoverProvider", document.uri, new Position(5, 12)),
      (all) => all.length > 0,
    );
    const text = hovers.flatMap((one) => one.contents.map((part) => (part as MarkdownString).value)).join("\n");
    match(text, /SYS_ADMIN/);
  },

  "offers capabilities": async () => {
    const document = await shown("compose.yaml");
    const offered = await commands.executeCommand<CompletionList>(
      "vscode.executeCompletionItemProvider", document.uri, new Position(5, 8),
    );
    const labels = offered.items.map((one) => (typeof one.label === "string" ? one.label : one.label.label));
    ok(labels.includes("NET_BIND_SERVICE"), labels.join());
  },

  "mends a finding": async () => {
    const document = await shown("compose.yaml");
    await becomes(() => findings(document), (all) => all.includes(PRIVILEGED));
    const actions = await commands.executeCommand<CodeAction[]>(
      "vscode.executeCodeActionProvider", document.uri, new Range(3, 4, 3, 10), undefined, 1,
    );
    const ignore = actions.find((one) => /ignore/i.test(one.title));
    ok(ignore?.edit, actions.map((one) => one.title).join());
    ok(await workspace.applyEdit(ignore.edit));
    match(document.getText(), /# dropcap: ignore\[privileged\]/);
    await becomes(() => findings(document), (all) => !all.some((one) => one.endsWith(" privileged")));
    await commands.executeCommand("workbench.action.files.revert");
  },

  "makes safe fixes when a file is saved, where the person wants that": async () => {
    const settings = workspace.getConfiguration("editor");
    await settings.update("codeActionsOnSave", { "source.fixAll.dropcap": "explicit" }, ConfigurationTarget.Workspace);
    const document = await shown("typo/compose.yaml");
    await becomes(() => findings(document), (all) => all.includes("5 unknown-capability"));
    await replaceLine(document, 2, "    image: example.org/app:2");
    await document.save();
    deepStrictEqual(document.lineAt(4).text, "      - NET_RAW");
    await settings.update("codeActionsOnSave", undefined, ConfigurationTarget.Workspace);
  },

  "hints at each container where it is asked to": async () => {
    const document = await shown("compose.yaml");
    const whole = new Range(0, 0, document.lineCount, 0);
    const hints = () => commands.executeCommand<InlayHint[]>("vscode.executeInlayHintProvider", document.uri, whole);
    deepStrictEqual((await hints()).length, 0);
    const settings = workspace.getConfiguration("dropcap");
    await settings.update("hints", "inlay", ConfigurationTarget.Workspace);
    const visible = await becomes(hints, (all) => all.length > 0);
    match(JSON.stringify(visible[0]?.label), /holds/);
    await settings.update("hints", undefined, ConfigurationTarget.Workspace);
    await becomes(hints, (all) => all.length === 0);
  },

  "starts again when it is asked to": async () => {
    const document = await shown("compose.yaml");
    await becomes(() => findings(document), (all) => all.includes(PRIVILEGED));
    await commands.executeCommand("dropcap.restart");
    await becomes(() => findings(document), (all) => all.includes(PRIVILEGED));
    await commands.executeCommand("dropcap.showOutput");
  },

  "passes the command that locks an image to the server": async () => {
    ok((await commands.getCommands()).includes("dropcap.lockImage"));
  },

  "shows the server each file that a folder's check reads": async () => {
    const paths = JSON.parse(readFileSync(variable("DROPCAP_TEST_FILES"), "utf8")) as string[];
    ok(paths.length > 0);
    const left: string[] = [];
    for (const uri of paths.map((path) => Uri.file(path))) {
      // Most names say it. What no name says has the language that the editor sees in its text.
      const byName = languages.match(FILES, { uri, languageId: "plaintext" } as TextDocument) > 0;
      if (!byName && languages.match(FILES, await workspace.openTextDocument(uri)) === 0) {
        left.push(uri.fsPath);
      }
    }
    deepStrictEqual(left, []);
  },

  "starts the server again when it has ended, but not for ever": async () => {
    const document = await shown("compose.yaml");
    for (let ends = 0; ends < 3; ends++) {
      const pid = await server();
      process.kill(pid, "SIGKILL");
      await becomes(server, (now) => now !== undefined && now !== pid);
      await becomes(() => findings(document), (all) => all.includes(PRIVILEGED));
    }
    process.kill(await server(), "SIGKILL");
    await messages(1);
    await commands.executeCommand("dropcap.restart");
    await becomes(() => findings(document), (all) => all.includes(PRIVILEGED));
  },

  "says what to do where the setting names no program": async () => {
    await setPath("/nowhere/dropcap");
    await messages(2);
  },

  "says what a program said that ended": async () => {
    await setPath(inFolder("tools/broken"));
    await messages(3);
  },

  "starts when the setting is right again": async () => {
    await setPath(undefined);
    const document = await shown("compose.yaml");
    await becomes(() => findings(document), (all) => all.includes(PRIVILEGED));
  },

  "writes nothing by itself": async () => {
    ok(!workspace.textDocuments.some((one) => one.isDirty));
    match(written("compose.yaml"), /privileged: true/);
    deepStrictEqual(window.visibleTextEditors.length > 0, true);
  },
});

/** Return the process of the server. */
async function server(): Promise<number> {
  const children = () => readFileSync(`/proc/${process.pid}/task/${process.pid}/children`, "utf8").trim().split(" ");
  const isServer = (pid: string) => existsSync(`/proc/${pid}/cmdline`) && /dropcap\0lsp/.test(readFileSync(`/proc/${pid}/cmdline`, "utf8"));
  return Number(await becomes(() => children().find(isServer), (pid) => pid !== undefined));
}

async function setPath(path: string | undefined): Promise<void> {
  await workspace.getConfiguration("dropcap").update("path", path, ConfigurationTarget.Workspace);
}

/** Wait until the window has shown that many messages: who started this reads them. */
async function messages(count: number): Promise<void> {
  const seen = variable("DROPCAP_TEST_SEEN");
  await becomes(() => (existsSync(seen) ? readFileSync(seen, "utf8") : ""), (text) => text === String(count));
}

async function replaceLine(document: TextDocument, line: number, text: string): Promise<void> {
  const edit = new WorkspaceEdit();
  edit.replace(document.uri, document.lineAt(line).range, text);
  ok(await workspace.applyEdit(edit));
}
