/** The audio of one side of a recording, decoded, each run of it where it stands on the call's clock. */
import { HeardTimeline, type Placed, Timeline } from "../analysis/timeline.js";
import type { MediaFormat, SampleRate } from "../audio/format.js";
import { decodeUlaw } from "../audio/g711.js";
import { loadOpus } from "../audio/opus.js";
import { Payload } from "../audio/payload.js";
import { createPayloadCodec } from "../audio/payload-codec.js";
import { pcmSamples, WholeSamples } from "../audio/pcm.js";
import { type AudioFile, CALLER_FILE, type MediaEvent } from "./format.js";
import type { Recording } from "./reader.js";

/** Opus has no rate of its own. */
const OPUS_RATE: SampleRate = 24000;
/** How much later than its packet Opus audio comes out of the codec: libopus' look-ahead of 312 samples at 48 kHz. */
const OPUS_DELAY_MS = 6.5;

/** The rate at which the sound of a call is written, in Hz. */
export function soundRate({ encoding, sampleRate }: MediaFormat): SampleRate {
  return encoding === "opus" ? OPUS_RATE : sampleRate;
}

/** When the audio of a payload begins to sound, in ms, as far as its line tells. */
export function soundsAt({ t, heardT }: MediaEvent, { encoding }: MediaFormat): number {
  return Math.max(0, (heardT ?? t) / 1000 - (encoding === "opus" ? OPUS_DELAY_MS : 0));
}

/** @returns runs in order that never overlap, at the call's `soundRate`. */
export async function* placeAudio(recording: Recording, file: AudioFile): AsyncGenerator<Placed> {
  const { format } = recording.call;
  const rate = soundRate(format);
  const places = file === CALLER_FILE ? new Timeline(rate) : new HeardTimeline(rate);
  const opus = format.encoding === "opus" ? await loadOpus() : undefined;
  const codec = createPayloadCodec(format, { agentRate: rate, ...(opus && { opus }) });
  const whole = new WholeSamples();
  try {
    for await (const event of recording.media(file)) {
      const payload = Payload.fromBytes(await recording.payload(event));
      const bytes = codec.decode(payload);
      const samples = codec.plain.encoding === "pcm16" ? pcmSamples(whole.take(bytes)) : decodeUlaw(bytes);
      yield* places.add(soundsAt(event, format), samples);
    }
    yield* places.finish();
  } finally {
    codec.free();
  }
}
