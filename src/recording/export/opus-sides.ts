/** One side of an Opus call as an Ogg file: the recorded packets untouched, with silence where none was sent. */
import type { FileHandle } from "node:fs/promises";
import { HeardTimeline, type Placed, Timeline } from "../../analysis/timeline.js";
import { MAX_PAGE_PACKET_BYTES, OggWriter } from "../../audio/ogg-opus.js";
import { OpusUnframer } from "../../audio/opus-framing.js";
import { PRE_SKIP } from "../../audio/opus-head.js";
import { packetSamples, silencePacket } from "../../audio/opus-packet.js";
import { BridgeError } from "../../errors.js";
import { type AudioFile, CALLER_FILE } from "../format.js";
import { soundsAt } from "../place-audio.js";
import type { Recording } from "../reader.js";

const RATE = 48_000;
const FILLERS = [20, 10, 5, 2.5].map((ms) => ({ samples: ms * 48, packet: silencePacket(ms) }));
const BATCH_BYTES = 64 * 1024;
/** Silence takes room in a stream of packets. */
const LONGEST_HOURS = 24;

/**
 * Of a caller that sent more than time passed the excess is left out, as in call.wav.
 * @param file new and empty.
 * @returns how many recorded packets it holds.
 * @throws BridgeError `bad-recording` for times that no call has.
 */
export async function writeOggSide(recording: Recording, side: AudioFile, file: FileHandle): Promise<number> {
  const ogg = new OggFile(file);
  let packets = 0;
  for await (const { position, packet, samples } of placePackets(recording, side)) {
    if (position > LONGEST_HOURS * 3600 * RATE) throw tooLong(recording.folder);
    // A player leaves out the pre-skip at the beginning of a stream.
    await ogg.fillUpTo(position + PRE_SKIP);
    await ogg.write(packet, samples);
    packets++;
  }
  await ogg.end();
  return packets;
}

function tooLong(folder: string): BridgeError {
  return new BridgeError("bad-recording", `${folder} has audio later than ${LONGEST_HOURS} hours`, {
    fix: "Its events.jsonl is damaged: look for lines whose t or heardT jumps ahead.",
  });
}

class OggFile {
  readonly #file: FileHandle;
  readonly #writer = new OggWriter();
  #batch: Uint8Array[] = [];
  #batchBytes = 0;
  #samples = 0;
  /** The last one must be known as such. */
  #held: { packet: Uint8Array; samples: number } | undefined;

  constructor(file: FileHandle) {
    this.#file = file;
  }

  async fillUpTo(samples: number): Promise<void> {
    for (const filler of FILLERS)
      while (this.#samples + filler.samples <= samples) await this.write(filler.packet, filler.samples);
  }

  async write(packet: Uint8Array, samples: number): Promise<void> {
    await this.#release(false);
    this.#held = { packet, samples };
    this.#samples += samples;
  }

  async end(): Promise<void> {
    this.#held ??= { packet: FILLERS[0].packet, samples: FILLERS[0].samples };
    await this.#release(true);
    await this.#flush();
  }

  async #release(isLast: boolean): Promise<void> {
    if (!this.#held) return;
    const bytes = this.#writer.write(this.#held.packet, this.#held.samples, isLast);
    this.#batch.push(bytes);
    this.#batchBytes += bytes.length;
    if (this.#batchBytes >= BATCH_BYTES) await this.#flush();
  }

  async #flush(): Promise<void> {
    await this.#file.appendFile(Buffer.concat(this.#batch));
    this.#batch = [];
    this.#batchBytes = 0;
  }
}

interface PlacedPacket {
  /** In samples at 48 kHz since the socket opened. */
  readonly position: number;
  readonly packet: Uint8Array;
  readonly samples: number;
}

/** Stands for the audio of one packet where audio is placed. */
class PacketAudio {
  constructor(
    readonly packet: Uint8Array,
    readonly whole: number,
    readonly length: number = whole,
  ) {}

  subarray(count: number): PacketAudio {
    return new PacketAudio(this.packet, this.whole, Math.max(0, this.length - count));
  }
}

/** What is no packet, and what no Ogg page can hold, is left out. */
async function* placePackets(recording: Recording, side: AudioFile): AsyncGenerator<PlacedPacket> {
  const { format } = recording.call;
  const unframer = new OpusUnframer();
  const places =
    side === CALLER_FILE ? new Timeline<PacketAudio>(RATE) : new HeardTimeline<PacketAudio>(RATE);
  const placed = ({ position, samples: { packet, whole } }: Placed<PacketAudio>): PlacedPacket => ({
    position,
    packet,
    samples: whole,
  });
  for await (const event of recording.media(side)) {
    let at = soundsAt(event, format);
    for (const packet of unframer.push(await recording.payload(event))) {
      const samples = packetSamples(packet);
      if (samples === undefined || packet.length > MAX_PAGE_PACKET_BYTES) continue;
      for (const run of places.add(at, new PacketAudio(packet, samples))) yield placed(run);
      at += samples / 48;
    }
  }
  for (const run of places.finish()) yield placed(run);
}
