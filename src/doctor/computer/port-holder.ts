/** Which process listens on a port, where this system tells: /proc on Linux, else lsof. */
import { readdir, readFile, readlink } from "node:fs/promises";
import { answerOf } from "../../devices/programs.js";

export interface PortHolder {
  readonly processId: number;
  /** As `ps` shows it: without its arguments, which may hold secrets. */
  readonly program: string;
}

/** Undefined where it cannot be told: a process of somebody else, or a system that does not say. */
export async function portHolder(port: number): Promise<PortHolder | undefined> {
  return process.platform === "linux" ? byProc(port) : byLsof(port);
}

const LISTENING = "0A";

/** The inodes of the sockets that listen on `port`, from the text of /proc/net/tcp or tcp6. */
export function listeningInodes(text: string, port: number): string[] {
  const hex = port.toString(16).toUpperCase().padStart(4, "0");
  return text
    .split("\n")
    .map((line) => line.trim().split(/\s+/))
    .filter((fields) => fields[1]?.endsWith(`:${hex}`) && fields[3] === LISTENING && fields[9] !== undefined)
    .map((fields) => fields[9]!);
}

async function byProc(port: number): Promise<PortHolder | undefined> {
  const tables = await Promise.all(
    ["tcp", "tcp6"].map((name) => readFile(`/proc/net/${name}`, "utf8").catch(() => "")),
  );
  const wanted = new Set(
    tables.flatMap((text) => listeningInodes(text, port)).map((inode) => `socket:[${inode}]`),
  );
  if (wanted.size === 0) return undefined;
  const ids = (await readdir("/proc").catch(() => [])).filter((name) => /^\d+$/.test(name));
  for (const id of ids) {
    const folder = `/proc/${id}/fd`;
    // Of other users' processes nothing is told.
    const files = await readdir(folder).catch(() => []);
    const links = await Promise.all(files.map((file) => readlink(`${folder}/${file}`).catch(() => "")));
    if (!links.some((link) => wanted.has(link))) continue;
    const program = (await readFile(`/proc/${id}/comm`, "utf8").catch(() => "")).trim();
    return { processId: Number(id), program: program || "a program" };
  }
  return undefined;
}

async function byLsof(port: number): Promise<PortHolder | undefined> {
  const text = await answerOf("lsof", ["-nP", `-iTCP:${port}`, "-sTCP:LISTEN", "-Fpc"], 1500);
  const processId = Number(/^p(\d+)$/m.exec(text ?? "")?.[1]);
  if (!processId) return undefined;
  return { processId, program: /^c(.+)$/m.exec(text ?? "")?.[1] ?? "a program" };
}
