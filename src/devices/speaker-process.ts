/** A process that plays its stdin with the package `speaker`: 16-bit mono samples. Arguments: the sample rate, the device. */
import type { Writable } from "node:stream";
import { WholeSamples } from "../audio/pcm.js";

type SpeakerClass = new (options: {
  channels: number;
  bitDepth: number;
  sampleRate: number;
  samplesPerFrame: number;
  device?: string;
}) => Writable;

const [rate, device] = process.argv.slice(2);
const sampleRate = Number(rate);
// What is handed to native code is checked here: the package takes a strange number for one that it has, and dies of it.
if (!Number.isInteger(sampleRate) || sampleRate < 8000 || sampleRate > 192_000)
  await fail("that is no sample rate");
// A name that the compiler does not look up: the package is optional.
const name: string = "speaker";

// ^C is for the call, which ends in good order and closes our stdin.
process.on("SIGINT", () => {});
process.stderr.on("error", () => end());

let loaded: { default: SpeakerClass };
try {
  loaded = (await import(name)) as { default: SpeakerClass };
} catch (error) {
  const isUnbuilt = /bindings/.test((error as Error).message);
  await fail(isUnbuilt ? "the package speaker cannot be used: it is not built" : (error as Error).message);
}
const speaker = new loaded!.default({
  channels: 1,
  bitDepth: 16,
  sampleRate,
  // Written to the device at once: 20 ms.
  samplesPerFrame: sampleRate / 50,
  ...(device !== undefined && { device }),
});
speaker.on("error", (error) => void fail(`the device failed: ${error.message}`));

// Half a sample would leave the stream dead.
const samples = new WholeSamples();
let isPlaying = false;
for await (const chunk of process.stdin as AsyncIterable<Uint8Array>) {
  const whole = samples.take(chunk);
  if (whole.length === 0) continue;
  await new Promise<void>((resolve) => {
    speaker.write(whole, () => resolve());
  });
  if (!isPlaying) process.stderr.write("speaker plays\n");
  isPlaying = true;
}
end();

/** Does not return. */
function fail(why: string): Promise<never> {
  return new Promise(() => process.stderr.write(`error: ${why}\n`, () => end()));
}

/** A write that hangs in the device holds up `process.exit` for ever. */
function end(): void {
  process.kill(process.pid, "SIGKILL");
}
