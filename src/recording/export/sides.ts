/** Each side of a recorded call as a file of its own: WAV on the call's clock, and Opus as it was sent, in Ogg. */
import { mkdir, realpath } from "node:fs/promises";
import { join } from "node:path";
import { BridgeError } from "../../errors.js";
import { AGENT_FILE, CALLER_FILE } from "../format.js";
import { placeAudio, soundRate } from "../place-audio.js";
import { type Recording, requireAudio } from "../reader.js";
import { writeTracks } from "../wav-tracks.js";
import { writeOggSide } from "./opus-sides.js";
import { writeWholeFile } from "./whole-file.js";

const SIDES = [
  { name: "caller", file: CALLER_FILE },
  { name: "agent", file: AGENT_FILE },
] as const;

/**
 * Writes caller.wav and agent.wav, of an Opus call caller.ogg and agent.ogg too. All begin when the socket opened.
 * @param directory made when it is not there.
 * @returns the paths of the files.
 * @throws BridgeError `bad-recording` without audio, `cannot-write`.
 */
export async function exportSides(recording: Recording, directory: string): Promise<string[]> {
  requireAudio(recording);
  await makeFolder(directory);
  const { format } = recording.call;
  const written: string[] = [];
  for (const { name, file: side } of SIDES) {
    const wav = join(directory, `${name}.wav`);
    await writeWholeFile(wav, recording.folder, (file) =>
      writeTracks(file, soundRate(format), [placeAudio(recording, side)], recording.folder),
    );
    written.push(wav);
    if (format.encoding !== "opus") continue;
    const ogg = join(directory, `${name}.ogg`);
    await writeWholeFile(ogg, recording.folder, async (file) => {
      await writeOggSide(recording, side, file);
    });
    written.push(ogg);
  }
  return written;
}

async function makeFolder(directory: string): Promise<void> {
  try {
    await mkdir(directory, { recursive: true, mode: 0o700 });
    await realpath(directory);
  } catch (cause) {
    throw new BridgeError("cannot-write", `cannot make the folder ${directory}`, {
      fix: "Name a folder that you may write to, for example: --sides audio",
      cause,
    });
  }
}
