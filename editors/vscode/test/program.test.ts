import { deepStrictEqual } from "node:assert";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { after, test } from "node:test";

import { find, programsBeside, type Surroundings } from "../src/program";

const TOP = mkdtempSync(join(tmpdir(), "dropcap-"));
after(() => rmSync(TOP, { recursive: true }));

const ON_PATH = program("path/dropcap");
const OTHER = program("path/uvx");
const IN_VENV = program("folder/.venv/bin/dropcap");
const IN_FOLDER = program("folder/tools/dropcap");
const AT_HOME = program("home/bin/dropcap");
const IN_ENVIRONMENT = program("environment/bin/dropcap");
const AROUND: Surroundings = {
  setting: "",
  folders: [join(TOP, "folder")],
  trusted: true,
  environments: [],
  home: join(TOP, "home"),
  path: join(TOP, "path"),
  windows: false,
};

const CASES: [string, Partial<Surroundings>, string | undefined][] = [
  ["the workspace's environment comes before PATH", {}, IN_VENV],
  ["the environment that is chosen comes before the usual one", { environments: programsBeside(join(TOP, "environment/bin/python")) }, IN_ENVIRONMENT],
  ["an environment without an interpreter has programs as well", { environments: programsBeside(join(TOP, "environment")) }, IN_ENVIRONMENT],
  ["no environment", { folders: [] }, ON_PATH],
  ["no program of a folder that is not trusted", { trusted: false }, ON_PATH],
  ["nor of its environment", { trusted: false, environments: [dirname(IN_ENVIRONMENT)] }, ON_PATH],
  ["nor by way of PATH", { trusted: false, path: dirname(IN_VENV) }, undefined],
  ["PATH may lead into a folder that is trusted", { folders: [join(TOP, "folder/tools")], path: dirname(IN_FOLDER) }, IN_FOLDER],
  ["no relative folder of PATH", { folders: [], path: ["", ".", "path"].join(delimiter) }, undefined],
  ["the first of PATH", { folders: [], path: [join(TOP, "empty"), dirname(AT_HOME), join(TOP, "path")].join(delimiter) }, AT_HOME],
  ["a setting that is a path", { setting: IN_FOLDER }, IN_FOLDER],
  ["a setting that is a name", { setting: "uvx" }, OTHER],
  ["a setting at home", { setting: "~/bin/dropcap" }, AT_HOME],
  ["a setting in the folder", { setting: "tools/dropcap" }, IN_FOLDER],
  ["a setting in the folder that is not trusted", { setting: "tools/dropcap", trusted: false }, undefined],
  ["a setting in no folder", { setting: "tools/dropcap", folders: [] }, undefined],
  ["nothing instead of what a setting names", { setting: join(TOP, "missing") }, undefined],
  ["a folder is no program", { setting: join(TOP, "folder") }, undefined],
  ["a file that may not be run is none", { setting: file("plain", 0o644) }, undefined],
  ["on Windows a name stands for an .exe", { setting: "tool", windows: true, path: dirname(program("windows/tool.exe")) }, join(TOP, "windows/tool.exe")],
];

for (const [name, change, wanted] of CASES) {
  test(name, () => deepStrictEqual(find({ ...AROUND, ...change }), wanted));
}

function program(name: string): string {
  return file(name, 0o755);
}

function file(name: string, mode: number): string {
  const path = join(TOP, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, "");
  chmodSync(path, mode);
  return path;
}
