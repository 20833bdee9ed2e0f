/** Asks the Python extension, where it is there, for the environment of a folder. */

import { extensions, type WorkspaceFolder } from "vscode";

import { programsBeside } from "./program";

/** As much of that extension's interface as is used here. */
interface Python {
  readonly environments?: {
    getActiveEnvironmentPath(resource: WorkspaceFolder): { readonly path: string };
  };
}

/** Return the folders with the programs of the environments that are chosen for these folders. */
export async function environments(folders: readonly WorkspaceFolder[]): Promise<string[]> {
  const python = extensions.getExtension<Python>("ms-python.python");
  if (python === undefined) {
    return [];
  }
  try {
    const its = (await python.activate()).environments;
    return folders.flatMap((folder) => programsBeside(its?.getActiveEnvironmentPath(folder).path ?? ""));
  } catch {
    return []; // what fails there must not keep a program on PATH from running
  }
}
