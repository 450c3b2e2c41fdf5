/** What the first bytes of an Opus packet tell (RFC 6716 section 3), and packets of silence of any length. */

const SAMPLES_PER_MS = 48;
const MAX_PACKET_MS = 120;
/** Duration of one frame by the configuration number: SILK, hybrid, CELT. */
const SILK_MS = [10, 20, 40, 60];
const HYBRID_MS = [10, 20];
const CELT_MS = [2.5, 5, 10, 20];
const FIRST_HYBRID = 12;
const FIRST_CELT = 16;
/** CELT of full bandwidth; the two bytes code its silence flag, whatever the frame's duration. */
const FULL_BAND_CELT = 28;
const SILENT_FRAME = [0xff, 0xfe];
const STEREO = 4;
const ONE_FRAME = 0;
const ANY_FRAMES = 3;
const HAS_PADDING = 0x40;

/** Samples at 48 kHz that a packet holds; undefined for what is no packet. */
export function packetSamples(packet: Uint8Array): number | undefined {
  const shape = packetShape(packet);
  return shape && shape.frames * shape.frameMs * SAMPLES_PER_MS;
}

interface Shape {
  readonly frameMs: number;
  readonly frames: number;
}

function packetShape(packet: Uint8Array): Shape | undefined {
  if (packet.length === 0) return undefined;
  const code = packet[0] & 3;
  if (code === ANY_FRAMES && packet.length < 2) return undefined;
  const frames = code === ONE_FRAME ? 1 : code < ANY_FRAMES ? 2 : packet[1] & 0x3f;
  const frameMs = frameDurationMs(packet[0] >> 3);
  return frames > 0 && frames * frameMs <= MAX_PACKET_MS ? { frameMs, frames } : undefined;
}

function frameDurationMs(config: number): number {
  if (config < FIRST_HYBRID) return SILK_MS[config % SILK_MS.length];
  if (config < FIRST_CELT) return HYBRID_MS[config % HYBRID_MS.length];
  return CELT_MS[config % CELT_MS.length];
}

/** A packet of three bytes that decodes to silence. @param ms 2.5, 5, 10 or 20. */
export function silencePacket(ms: number): Uint8Array {
  return Uint8Array.of((FULL_BAND_CELT + CELT_MS.indexOf(ms)) << 3, ...SILENT_FRAME);
}

/**
 * Silence in the place of a packet: of the same length in bytes, with as much audio and as many channels. A packet too short
 * to say anything stays as it is, and so does what is no packet.
 */
export function silenced(packet: Uint8Array): Uint8Array {
  const shape = packetShape(packet);
  if (!shape || packet.length < 2) return packet;
  const frameMs = Math.min(shape.frameMs, 20);
  const frames = (shape.frames * shape.frameMs) / frameMs;
  const head = ((FULL_BAND_CELT + CELT_MS.indexOf(frameMs)) << 3) | (packet[0] & STEREO);
  // Frames of no bytes stand for audio that was not sent: all that fits where there are too few.
  const frame = packet.length >= 2 + SILENT_FRAME.length * frames ? SILENT_FRAME : [];
  if (frames === 1 && packet.length === 1 + SILENT_FRAME.length) return Uint8Array.of(head, ...SILENT_FRAME);
  const padding = paddingOf(packet.length - 2 - frame.length * frames);
  const quiet = new Uint8Array(packet.length);
  quiet.set([head | ANY_FRAMES, frames | (padding.length > 0 ? HAS_PADDING : 0), ...padding]);
  for (let i = 0; i < frames; i++) quiet.set(frame, 2 + padding.length + i * frame.length);
  return quiet;
}

/** The bytes that announce padding, so that they and the padding are `bytes` long together. */
function paddingOf(bytes: number): number[] {
  const lengths: number[] = [];
  let rest = bytes;
  // 255 stands for 254 bytes and one more length.
  for (; rest > 255; rest -= 255) lengths.push(255);
  if (rest > 0) lengths.push(rest - 1);
  return lengths;
}
