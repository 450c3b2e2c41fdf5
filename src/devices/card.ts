/** Sound through the packages `mic` and `speaker`, each with what it needs to be safe: they are optional and may be unbuilt. */
import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import { Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import type { Capture } from "./microphone.js";
import { soundEnvironment } from "./programs.js";
import { alsaName, missing, type Player, type Recorder } from "./tools.js";

/** The parts of `mic` that are used. Its `pause` is not: it keeps what is said meanwhile and gives it later. */
interface Mic {
  start(): void;
  stop(): void;
  getAudioStream(): Readable;
}

const WAV_HEADER_BYTES = 44;
/** ^C reaches the recorder of `mic` too, before whoever ends the call has said so. */
const GRACE_MS = 200;
const GONE_MS = 1000;
/** From `src` and from `dist` alike: a process is started from what is built. */
const SPEAKER_PROCESS = fileURLToPath(new URL("../../dist/devices/speaker-process.js", import.meta.url));

const require = createRequire(import.meta.url);

export const cardRecorder: Recorder = {
  backend: "card (mic)",
  whyNot() {
    if (process.platform === "win32") return "mic records no plain audio on Windows";
    return missingPackage("mic") ?? missing(process.platform === "darwin" ? "rec" : "arecord");
  },
  async record(rate, system, device) {
    const { default: mic } = (await import(require.resolve("mic"))) as { default: (options: object) => Mic };
    return captureOf(mic({ rate: String(rate), channels: "1", device: alsaName(system, device) }));
  },
};

export const cardPlayer: Player = {
  backend: "card (speaker)",
  whyNot: () => missingPackage("speaker"),
  playback: (rate, system, device) => ({
    // In a process of its own: `speaker` aborts the whole process where ALSA has no default device, already on import.
    start: () =>
      spawn(
        process.execPath,
        [SPEAKER_PROCESS, String(rate), ...(device === undefined ? [] : [alsaName(system, device)])],
        {
          env: { ...soundEnvironment(), NODE_OPTIONS: "" },
          stdio: ["pipe", "ignore", "pipe"],
          detached: process.platform !== "win32",
          windowsHide: true,
        },
      ),
    ready: /speaker plays/,
  }),
};

function missingPackage(name: string): string | undefined {
  try {
    require.resolve(name);
    return undefined;
  } catch {
    return `the package ${name} is not installed`;
  }
}

function captureOf(mic: Mic): Capture {
  const audio = mic.getAudioStream();
  const atExit = () => mic.stop();
  process.on("exit", atExit);
  const over = new Promise<void>((resolve) => {
    for (const event of ["end", "audioProcessExitComplete", "error"]) audio.once(event, () => resolve());
  }).then(() => {
    process.off("exit", atExit);
  });
  mic.start();
  return {
    stream: Readable.from(withoutWavHeader(audio), { objectMode: false }),
    ended: over.then(() => wait(GRACE_MS)).then(() => "its recorder ended"),
    async stop() {
      mic.stop();
      audio.resume();
      await Promise.race([over, wait(GONE_MS)]);
    },
  };
}

/** On Linux `mic` streams a WAV file: arecord is not told otherwise. */
async function* withoutWavHeader(audio: Readable): AsyncGenerator<Buffer> {
  let head = Buffer.alloc(0);
  for await (const chunk of audio as AsyncIterable<Buffer>) {
    if (head.length >= WAV_HEADER_BYTES) yield chunk;
    else {
      head = Buffer.concat([head, chunk]);
      if (head.length < WAV_HEADER_BYTES) continue;
      yield head.subarray(0, 4).toString("latin1") === "RIFF" ? head.subarray(WAV_HEADER_BYTES) : head;
    }
  }
}

function wait(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms).unref();
  });
}
