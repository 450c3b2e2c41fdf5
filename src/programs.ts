/** The programs of this computer: whether one can be run. */
import { accessSync, constants, statSync } from "node:fs";
import { delimiter, isAbsolute, join, resolve } from "node:path";

/** @param name as a shell would take it: a name that is looked for in PATH, or a path. */
export function hasProgram(name: string, env: { readonly PATH?: string | undefined } = process.env): boolean {
  const names = process.platform === "win32" ? [name, `${name}.exe`, `${name}.cmd`] : [name];
  if (isAbsolute(name) || name.includes("/")) return names.some((file) => isExecutable(resolve(file)));
  return (env.PATH ?? "")
    .split(delimiter)
    .some((folder) => folder !== "" && names.some((file) => isExecutable(join(folder, file))));
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
