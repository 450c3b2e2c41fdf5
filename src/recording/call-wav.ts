/** Makes call.wav from the rest of a recording: left the caller as it arrived, right what the caller heard. */
import type { FileHandle } from "node:fs/promises";
import { join } from "node:path";
import { replaceFile } from "./folder.js";
import { AGENT_FILE, CALLER_FILE, WAV_FILE } from "./format.js";
import { placeAudio, soundRate } from "./place-audio.js";
import { openRecording, type Recording, requireAudio } from "./reader.js";
import { writeTracks } from "./wav-tracks.js";

/**
 * Writes call.wav in the folder of a recording, over one that is there. Takes about a second of processor time for an hour
 * of μ-law, in slices of a few milliseconds, and memory for some seconds of audio.
 * @throws BridgeError `bad-recording` when the folder is no recording or holds no sound, or its times are beyond what a
 * WAV file can hold.
 */
export async function rebuildWav(folder: string): Promise<void> {
  const recording = await openRecording(folder);
  try {
    requireAudio(recording);
    await replaceFile(join(folder, WAV_FILE), (file) => writeCallWav(recording, file));
  } finally {
    await recording.close();
  }
}

/** @param file new and empty. */
export async function writeCallWav(recording: Recording, file: FileHandle): Promise<void> {
  const sides = [CALLER_FILE, AGENT_FILE] as const;
  const tracks = sides.map((side) => placeAudio(recording, side));
  await writeTracks(file, soundRate(recording.call.format), tracks, recording.folder);
}
