/** A recorded call as a vCon, the IETF's container for conversations: draft-ietf-vcon-vcon-core-04. */
import { type FileHandle, open, rm } from "node:fs/promises";
import { hostname } from "node:os";
import type { CallAnalysis } from "../../analysis/call-analysis.js";
import { BridgeError } from "../../errors.js";
import { writeCallWav } from "../call-wav.js";
import { createFile } from "../folder.js";
import type { Recording } from "../reader.js";
import type { Creator } from "./names.js";
import { vconUuid } from "./uuid.js";
import { AGENT, CALLER, vconParts } from "./vcon-parts.js";
import { TextFile, writeWholeFile } from "./whole-file.js";

/** What the draft says of its syntax. */
const VCON_VERSION = "0.4.0";
/** With more, the JSON text is longer than most readers can hold. */
const MAX_WAV_BYTES = 384 * 1024 * 1024;
/** A multiple of three: base64 of it ends without padding. */
const BLOCK_BYTES = 48 * 1024;

export interface VconOptions {
  /** Of this recording: becomes the vCon's report. */
  readonly analysis: CallAnalysis;
  readonly creator: Creator;
  /** When the vCon is made. */
  readonly now: Date;
}

/**
 * Writes the parties, the sound of both sides as one stereo WAV, transcripts, the analysis, and the start message. Personal
 * data stands in it as in the recording.
 * @throws BridgeError `cannot-write`; `bad-recording` for a call too long for one JSON text.
 */
export async function exportVcon(recording: Recording, path: string, options: VconOptions): Promise<void> {
  await writeWholeFile(path, recording.folder, async (file, unfinished) => {
    const text = new TextFile(file);
    const { analysis, creator, now } = options;
    const parts = await vconParts(recording, analysis, creator);
    const head = {
      vcon: VCON_VERSION,
      uuid: vconUuid(now.getTime(), hostname()),
      created_at: now.toISOString(),
      subject: `call ${recording.call.callId}`,
      parties: parts.parties,
    };
    await text.write(`${JSON.stringify(head).slice(0, -1)},"dialog":[`);
    await writeDialog(recording, parts.recorded, text, `${unfinished}.wav`);
    for (const transfer of parts.transfers) await text.write(`,${JSON.stringify(transfer)}`);
    await text.write(`],"analysis":${JSON.stringify(parts.analysis)}`);
    await text.write(`,"attachments":${JSON.stringify(parts.attachments)}}\n`);
    await text.flush();
  });
}

/** The first dialog, with the sound as its body where there is any. */
async function writeDialog(
  recording: Recording,
  recorded: object,
  text: TextFile,
  wavPath: string,
): Promise<void> {
  const hasAudio = recording.call.audio !== false;
  if (!hasAudio) return text.write(JSON.stringify(recorded));
  // Left the caller, right the agent: a party for each channel.
  const sound = {
    parties: [CALLER, AGENT],
    mediatype: "audio/x-wav",
    filename: "call.wav",
    encoding: "base64url",
  };
  await text.write(`${JSON.stringify({ ...recorded, ...sound }).slice(0, -1)},"body":"`);
  const made = await createFile(wavPath);
  try {
    // Made anew: call.wav is derived, and of a call that was cut off there is none.
    await writeCallWav(recording, made).finally(() => made.close());
    const wav = await open(wavPath, "r");
    await writeBase64(wav, text, recording.folder).finally(() => wav.close());
  } finally {
    await rm(wavPath, { force: true });
  }
  await text.write(`"}`);
}

async function writeBase64(wav: FileHandle, text: TextFile, folder: string): Promise<void> {
  const { size } = await wav.stat();
  if (size > MAX_WAV_BYTES) throw tooLong(folder);
  const block = Buffer.alloc(BLOCK_BYTES);
  for (let at = 0; at < size; at += BLOCK_BYTES) {
    const { bytesRead } = await wav.read(block, 0, BLOCK_BYTES, at);
    await text.write(block.toString("base64url", 0, bytesRead));
  }
}

function tooLong(folder: string): BridgeError {
  return new BridgeError("bad-recording", `${folder} is too long a call for one vCon with its sound in it`, {
    fix: "Export the sound alone, with --sides DIR.",
  });
}
