/** call.json as it is written: whole or not at all, with size and checksum of the other files. */
import { createHash } from "node:crypto";
import { join } from "node:path";
import { openToRead, replaceFile, replaceReserved, reserveFile } from "./folder.js";
import {
  AGENT_FILE,
  CALL_FILE,
  CALLER_FILE,
  type CallFile,
  EVENTS_FILE,
  type FileFacts,
  WAV_FILE,
} from "./format.js";

/** A block of most disks: as much as call.json needs, but for calls of many turns. */
const RESERVED_BYTES = 4096;

export function writeCallFile(folder: string, call: CallFile): Promise<void> {
  return replaceFile(join(folder, CALL_FILE), (file) => file.writeFile(textOf(call)));
}

/** The call.json of a call that begins, and room for the one that it ends with. */
export async function openCallFile(folder: string, call: CallFile): Promise<void> {
  await writeCallFile(folder, call);
  await reserveFile(join(folder, CALL_FILE), RESERVED_BYTES);
}

/** The last call.json of a call, for which `openCallFile` has kept room. */
export function closeCallFile(folder: string, call: CallFile): Promise<void> {
  return replaceReserved(join(folder, CALL_FILE), textOf(call));
}

function textOf(call: CallFile): string {
  return `${JSON.stringify(call, null, 2)}\n`;
}

/** The files that a recording has besides call.json. */
export function otherFiles({ audio }: Pick<CallFile, "audio">): string[] {
  return [EVENTS_FILE, CALLER_FILE, AGENT_FILE, ...(audio === false ? [] : [WAV_FILE])];
}

/** What call.json says of the other files. */
export async function factsOfFiles(
  folder: string,
  call: Pick<CallFile, "audio">,
): Promise<Record<string, FileFacts>> {
  const facts: Record<string, FileFacts> = {};
  for (const name of otherFiles(call)) facts[name] = await fileFacts(join(folder, name));
  return facts;
}

/** Rejects when there is no such file, or only a link of that name. */
export async function fileFacts(path: string): Promise<FileFacts> {
  const file = await openToRead(path);
  const hash = createHash("sha256");
  let bytes = 0;
  // The stream closes the file.
  for await (const chunk of file.createReadStream()) {
    hash.update(chunk as Buffer);
    bytes += (chunk as Buffer).length;
  }
  return { bytes, sha256: hash.digest("hex") };
}
