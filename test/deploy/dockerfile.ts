/** Reads the Dockerfile, and does in a folder what it does in an image: no base system, and no root but the folder's. */
import { execFile } from "node:child_process";
import { chownSync, cpSync, mkdirSync, readFileSync, renameSync, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { promisify } from "node:util";
import { ROOT } from "./manifests.js";

const run = promisify(execFile);

export interface Step {
  readonly name: string;
  /** `--from=build` and the like. */
  readonly flags: Readonly<Record<string, string>>;
  readonly text: string;
}

export interface Stage {
  readonly name: string;
  readonly base: string;
  readonly steps: readonly Step[];
}

const KNOWN = /^(FROM|WORKDIR|COPY|RUN|ENV|VOLUME|USER|EXPOSE|STOPSIGNAL|HEALTHCHECK|ENTRYPOINT|CMD)$/;

/** @throws Error on an instruction that is not used here. */
export function readDockerfile(text = readFileSync(join(ROOT, "Dockerfile"), "utf8")): Stage[] {
  const lines = text
    .replace(/^#.*\n/gm, "")
    .replace(/\\\n/g, " ")
    .split("\n")
    .filter((line) => line.trim() !== "");
  const stages: { name: string; base: string; steps: Step[] }[] = [];
  for (const line of lines) {
    const [, name = "", given = "", rest = ""] = /^([A-Z]+)((?: +--[a-z-]+=\S+)*) +(.*)$/.exec(line) ?? [];
    if (!KNOWN.test(name)) throw new Error(`not understood: ${line}`);
    const flags = Object.fromEntries(
      [...given.matchAll(/--([a-z-]+)=(\S+)/g)].map(([, flag, value]) => [flag, value]),
    );
    if (name === "FROM") {
      const [base = "", , as = "final"] = rest.split(/ +/);
      stages.push({ name: as, base, steps: [] });
    } else if (stages.length === 0) throw new Error(`before the first FROM: ${line}`);
    else stages.at(-1)!.steps.push({ name, flags, text: rest.trim() });
  }
  return stages;
}

/** What Docker is given of the project: everything is ignored but these. */
export function context(): string[] {
  return readFileSync(join(ROOT, ".dockerignore"), "utf8")
    .split("\n")
    .filter((line) => line.startsWith("!"))
    .map((line) => line.slice(1));
}

/** The last of its kind in a stage. */
export function step(stage: Stage, name: string): Step {
  const found = stage.steps.findLast((one) => one.name === name);
  if (!found) throw new Error(`${stage.name} has no ${name}`);
  return found;
}

/** The words of `["node", "-e", "…"]`. */
export function words({ text }: Step): string[] {
  return JSON.parse(text.replace(/^CMD /, ""));
}

export function environment(stage: Stage): Record<string, string> {
  const pairs = stage.steps.filter(({ name }) => name === "ENV").map(({ text }) => text.split("=", 2));
  return Object.fromEntries(pairs);
}

/**
 * Carries out the COPY, WORKDIR and RUN of a stage.
 * @param roots the folders of the stages, by name; the stage's own is made.
 */
export async function build(stage: Stage, roots: ReadonlyMap<string, string>): Promise<void> {
  const root = roots.get(stage.name)!;
  let folder = root;
  for (const { name, text, flags } of stage.steps) {
    if (name === "WORKDIR") mkdirSync((folder = join(root, text)), { recursive: true });
    else if (name === "RUN") {
      const { PATH, HOME } = process.env;
      await run("sh", ["-ec", text], { cwd: folder, env: { PATH, HOME }, maxBuffer: 1e8 });
    } else if (name === "COPY") {
      const paths = text.split(/ +/);
      const to = paths.pop()!;
      for (const path of paths) {
        // All of it is what .dockerignore lets through.
        if (path === "." && !flags.from) for (const name of context()) copy(name, `${to}/${name}`, flags);
        else copy(path, to, flags);
      }
    }
  }

  function copy(path: string, to: string, flags: Step["flags"]): void {
    const from = join(flags.from ? roots.get(flags.from)! : ROOT, path);
    const place = to.startsWith("/") ? join(root, to) : join(folder, to);
    const isFolder = statSync(from).isDirectory();
    // As COPY does: what is in a folder, and a file into a folder.
    const target = isFolder || !/\/$/.test(to) ? place : join(place, basename(path));
    // Nobody else asks an earlier stage for the same.
    if (flags.from) {
      mkdirSync(dirname(target), { recursive: true });
      renameSync(from, target);
    } else cpSync(from, target, { recursive: true, verbatimSymlinks: true });
    const [uid, gid] = (flags.chown ?? "").split(":").map(Number);
    if (uid && gid && process.getuid?.() === 0) chownSync(target, uid, gid);
  }
}
