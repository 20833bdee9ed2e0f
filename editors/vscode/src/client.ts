/** The connection to one server, and what is done when the server ends. */

import { once } from "node:events";
import { homedir } from "node:os";
import { createInterface } from "node:readline";
import { setTimeout } from "node:timers/promises";

import type { LogOutputChannel } from "vscode";
import { CloseAction, type CloseHandlerResult, ErrorAction, type ErrorHandlerResult, LanguageClient } from "vscode-languageclient/node";

import { FILES } from "./files";

const MOST_RESTARTS = 3;
const WITHIN_MS = 3 * 60_000;
const LONGEST = 300;
const LAST_WORDS_MS = 1000;

export interface Connection {
  readonly client: LanguageClient;
  /** Start the server; fails where it cannot be started. */
  start(): Promise<void>;
  /** Return what the server wrote last to its standard error, when it has ended. */
  lastWords(): Promise<string>;
}

/** Make a connection to a program; `gaveUp` is called when the server has ended too often to start it again. */
export function connect(program: string, words: readonly string[], output: LogOutputChannel, gaveUp: () => void): Connection {
  let lastWords = "";
  let heard: Promise<unknown> = Promise.resolve();
  let ran = false;
  let ends: number[] = [];
  const closed = (): CloseHandlerResult => {
    const now = Date.now();
    ends = [...ends.filter((one) => now - one < WITHIN_MS), now];
    // A server that was never ready would not be the next time either: `start` has failed then, and its caller knows.
    const again = ran && ends.length <= MOST_RESTARTS;
    if (ran && !again) {
      gaveUp();
    }
    return { action: again ? CloseAction.Restart : CloseAction.DoNotRestart, handled: true };
  };
  const failed = (_error: Error, _message: unknown, count: number | undefined): ErrorHandlerResult => ({
    action: (count ?? 0) <= MOST_RESTARTS ? ErrorAction.Continue : ErrorAction.Shutdown,
    handled: true,
  });
  const client = new QuietClient(
    "dropcap",
    // Not in the workspace: uvx, for one, takes the index of packages from a file where it runs.
    { command: program, args: [...words], options: { cwd: homedir() } },
    {
      documentSelector: FILES,
      outputChannel: output,
      errorHandler: { closed, error: failed },
      initializationFailedHandler: () => false,
      synchronize: { configurationSection: "dropcap" },
      stdioOptions: {
        stdout: () => undefined, // it has the protocol
        stderr: (input) => {
          const lines = createInterface({ input, crlfDelay: Infinity, terminal: false });
          lines.on("line", (line) => {
            lastWords = printable(line) || lastWords;
            output.error(printable(line));
          });
          heard = once(lines, "close");
        },
      },
    },
  );
  return {
    client,
    start: async () => {
      await client.start();
      ran = true;
    },
    lastWords: async () => {
      // The end of the server may be known before its words; another process may keep them from ending.
      await Promise.race([heard, setTimeout(LAST_WORDS_MS)]);
      return lastWords;
    },
  };
}

/** A client that keeps errors in the output: the extension says once what is to be done. */
class QuietClient extends LanguageClient {
  override error(message: string, data?: unknown): void {
    super.error(message, data, false);
  }
}

/** Return a line without what steers a terminal or turns the direction of a text, and no longer than a person reads. */
function printable(line: string): string {
  return line.replace(/[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, " ").trim().slice(0, LONGEST);
}
