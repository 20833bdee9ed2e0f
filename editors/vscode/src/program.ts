/** Which program checks the files. Nothing here knows the editor, so that it can be tried without one. */

import { accessSync, constants, statSync } from "node:fs";
import { delimiter, isAbsolute, join, relative, resolve } from "node:path";

/** What decides which program it is. */
export interface Surroundings {
  /** The setting `dropcap.path`; empty where there is none. */
  readonly setting: string;
  /** The folders of the workspace. */
  readonly folders: readonly string[];
  /** Whether a program of the workspace may be run: the person trusts it. */
  readonly trusted: boolean;
  /** Folders with programs of the Python environment that is chosen for the workspace. */
  readonly environments: readonly string[];
  readonly home: string;
  /** The variable PATH. */
  readonly path: string;
  readonly windows: boolean;
}

const NAME = "dropcap";

/** Where environments usually are in a folder of the workspace. */
const USUAL = [".venv", "venv"];

/** Return the program as an absolute path, or nothing where there is none. */
export function find(around: Surroundings): string | undefined {
  if (around.setting) {
    return named(around);
  }
  const own = around.trusted ? [...around.environments, ...usual(around)] : [];
  return first(own.map((folder) => join(folder, executable(NAME, around)))) ?? onPath(NAME, around);
}

/** Return where the programs of the Python environment are that an interpreter belongs to. */
export function programsBeside(interpreter: string): string[] {
  // Conda's `python.exe` is one folder above its programs. An environment without an interpreter is named by its folder.
  return [join(interpreter, ".."), ...["Scripts", "bin"].flatMap((name) => [join(interpreter, "..", name), join(interpreter, name)])];
}

function named(around: Surroundings): string | undefined {
  const { setting } = around;
  if (/^~[/\\]/.test(setting)) {
    return first([join(around.home, setting.slice(2))]);
  }
  if (isAbsolute(setting)) {
    return first([setting]);
  }
  if (!/[/\\]/.test(setting)) {
    return onPath(setting, around);
  }
  // The person may mean the environment of each folder that they open; they trust not every folder with it.
  return around.trusted ? first(around.folders.slice(0, 1).map((folder) => resolve(folder, setting))) : undefined;
}

function usual(around: Surroundings): string[] {
  const programs = around.windows ? "Scripts" : "bin";
  return around.folders.flatMap((folder) => USUAL.map((name) => join(folder, name, programs)));
}

function onPath(name: string, around: Surroundings): string | undefined {
  // A relative entry of PATH would depend on the folder that is open. Where the workspace is not trusted, a program in
  // it is not run by way of PATH either.
  const folders = around.path.split(delimiter).filter((folder) => isAbsolute(folder));
  const allowed = around.trusted ? folders : folders.filter((folder) => !around.folders.some((one) => isWithin(folder, one)));
  return first(allowed.map((folder) => join(folder, executable(name, around))));
}

function executable(name: string, around: Surroundings): string {
  // Others than `.exe` are run by a shell, which reads the arguments in its own way.
  return around.windows && !/\.exe$/i.test(name) ? `${name}.exe` : name;
}

function isWithin(path: string, folder: string): boolean {
  const way = relative(folder, path);
  return way === "" || (!way.startsWith("..") && !isAbsolute(way));
}

function first(paths: readonly string[]): string | undefined {
  return paths.find(isProgram);
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
