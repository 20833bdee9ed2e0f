/** Starts `dropcap lsp` when a file is open that it reads, and says what to do where it cannot. */

import { homedir } from "node:os";

import { commands, type ExtensionContext, languages, type LogOutputChannel, window, workspace } from "vscode";

import { connect, type Connection } from "./client";
import { environments } from "./environment";
import { FILES } from "./files";
import { find } from "./program";

const INSTALL = "pipx install 'dropcap[lsp]'";
const OPEN_SETTINGS = "Open Settings";
const SHOW_OUTPUT = "Show Output";

let stop: (() => Promise<void>) | undefined;

export async function activate(context: ExtensionContext): Promise<void> {
  const output = window.createOutputChannel("dropcap", { log: true });
  const server = new Server(output);
  stop = () => server.stop();
  context.subscriptions.push(
    output,
    commands.registerCommand("dropcap.restart", () => server.restart()),
    commands.registerCommand("dropcap.showOutput", () => output.show()),
    workspace.onDidOpenTextDocument(() => server.startIfWanted()),
    workspace.onDidGrantWorkspaceTrust(() => server.restartIfStarted()),
    workspace.onDidChangeConfiguration((change) => {
      if (change.affectsConfiguration("dropcap.path") || change.affectsConfiguration("dropcap.arguments")) {
        void server.restartIfStarted();
      }
    }),
  );
  await server.startIfWanted();
}

export function deactivate(): Promise<void> | undefined {
  return stop?.();
}

/** The server of this window, one after the other: what is asked for while it starts or stops waits. */
class Server {
  private readonly output: LogOutputChannel;
  private connection: Connection | undefined;
  private tried = false;
  private last: Promise<void> = Promise.resolve();

  constructor(output: LogOutputChannel) {
    this.output = output;
  }

  startIfWanted(): Promise<void> {
    const wanted = !this.tried && workspace.textDocuments.some((one) => languages.match(FILES, one) > 0);
    return wanted ? this.restart() : this.last;
  }

  restartIfStarted(): Promise<void> {
    return this.tried ? this.restart() : this.last;
  }

  restart(): Promise<void> {
    this.tried = true;
    return this.next(async () => {
      await this.end();
      await this.begin();
    });
  }

  stop(): Promise<void> {
    return this.next(() => this.end());
  }

  private next(step: () => Promise<void>): Promise<void> {
    this.last = this.last.then(step, step);
    return this.last;
  }

  private async begin(): Promise<void> {
    const settings = workspace.getConfiguration("dropcap");
    const setting = settings.get<string>("path", "").trim();
    const program = await findProgram(setting);
    if (program === undefined) {
      this.complain(
        setting
          ? `dropcap does not start: the setting dropcap.path names no program: ${setting}`
          : `dropcap is not installed here. Install it with ${INSTALL}, or name the program in the setting dropcap.path.`,
        OPEN_SETTINGS,
      );
      return;
    }
    const words = settings.get<string[]>("arguments", ["lsp"]);
    this.output.info(`Starting ${program}`);
    const connection = connect(program, words, this.output, () => void this.complainOfEnds(connection));
    this.connection = connection;
    try {
      await connection.start();
    } catch {
      this.connection = undefined;
      await this.complainOfEnd(program, connection);
    }
  }

  private async end(): Promise<void> {
    const connection = this.connection;
    this.connection = undefined;
    // It fails where the server has ended by itself.
    await connection?.client.dispose().catch(() => undefined);
  }

  private async complainOfEnd(program: string, connection: Connection): Promise<void> {
    const words = await connection.lastWords();
    this.complain(`dropcap has ended: ${words || `${program} is not a server that speaks to editors.`}`, SHOW_OUTPUT);
  }

  private async complainOfEnds(connection: Connection): Promise<void> {
    const words = await connection.lastWords();
    const ended = "dropcap has ended several times in a few minutes and is not started again";
    this.complain(words ? `${ended}: ${words}` : `${ended}.`, SHOW_OUTPUT);
  }

  private complain(message: string, action: typeof OPEN_SETTINGS | typeof SHOW_OUTPUT): void {
    this.output.error(message);
    void window.showErrorMessage(message, action).then((chosen) => {
      if (chosen === OPEN_SETTINGS) {
        void commands.executeCommand("workbench.action.openSettings", "dropcap.path");
      } else if (chosen === SHOW_OUTPUT) {
        this.output.show();
      }
    });
  }
}

async function findProgram(setting: string): Promise<string | undefined> {
  const folders = (workspace.workspaceFolders ?? []).filter((one) => one.uri.scheme === "file");
  return find({
    setting,
    folders: folders.map((one) => one.uri.fsPath),
    trusted: workspace.isTrusted,
    environments: !setting && workspace.isTrusted ? await environments(folders) : [],
    home: homedir(),
    path: process.env["PATH"] ?? "",
    windows: process.platform === "win32",
  });
}
