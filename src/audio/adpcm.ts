/** IMA ADPCM (IMA Digital Audio Focus and Technical Working Group, 1992): 16-bit samples in four bits each, for where size matters most. */

// biome-ignore format: the table as the document prints it.
const STEPS = Int16Array.of(
  7, 8, 9, 10, 11, 12, 13, 14, 16, 17, 19, 21, 23, 25, 28, 31, 34, 37, 41, 45, 50, 55, 60, 66, 73, 80, 88, 97, 107, 118,
  130, 143, 157, 173, 190, 209, 230, 253, 279, 307, 337, 371, 408, 449, 494, 544, 598, 658, 724, 796, 876, 963, 1060,
  1166, 1282, 1411, 1552, 1707, 1878, 2066, 2272, 2499, 2749, 3024, 3327, 3660, 4026, 4428, 4871, 5358, 5894, 6484,
  7132, 7845, 8630, 9493, 10442, 11487, 12635, 13899, 15289, 16818, 18500, 20350, 22385, 24623, 27086, 29794, 32767,
);
const INDEX_STEPS = Int8Array.of(-1, -1, -1, -1, 2, 4, 6, 8);
/** The first sample, the place in the table of steps, and whether the last byte holds one sample only. */
const HEAD_BYTES = 4;
/** How much of the beginning says how large the first step had better be. */
const LOOK_AHEAD = 32;

/** One block that can be decoded by itself. */
export function encodeAdpcm(samples: Int16Array): Uint8Array {
  const bytes = new Uint8Array(HEAD_BYTES + ((samples.length + 1) >> 1));
  let predicted = samples.length > 0 ? samples[0] : 0;
  let index = firstIndex(samples);
  new DataView(bytes.buffer).setInt16(0, predicted, true);
  bytes[2] = index;
  bytes[3] = samples.length & 1;
  for (let i = 0; i < samples.length; i++) {
    const step = STEPS[index];
    const difference = samples[i] - predicted;
    const code = Math.min(7, Math.floor((Math.abs(difference) * 4) / step)) | (difference < 0 ? 8 : 0);
    predicted = next(predicted, step, code);
    index = nextIndex(index, code);
    bytes[HEAD_BYTES + (i >> 1)] |= code << ((i & 1) * 4);
  }
  return bytes;
}

/** What `encodeAdpcm` made, as near as four bits can tell. Bytes that it did not make give samples too, and never throw. */
export function decodeAdpcm(bytes: Uint8Array): Int16Array {
  if (bytes.length < HEAD_BYTES) return new Int16Array(0);
  let predicted = new DataView(bytes.buffer, bytes.byteOffset).getInt16(0, true);
  let index = Math.min(bytes[2], STEPS.length - 1);
  const samples = new Int16Array(Math.max(0, (bytes.length - HEAD_BYTES) * 2 - (bytes[3] & 1)));
  for (let i = 0; i < samples.length; i++) {
    const code = (bytes[HEAD_BYTES + (i >> 1)] >> ((i & 1) * 4)) & 15;
    predicted = next(predicted, STEPS[index], code);
    index = nextIndex(index, code);
    samples[i] = predicted;
  }
  return samples;
}

function next(predicted: number, step: number, code: number): number {
  let change = step >> 3;
  if (code & 4) change += step;
  if (code & 2) change += step >> 1;
  if (code & 1) change += step >> 2;
  return Math.max(-32768, Math.min(32767, code & 8 ? predicted - change : predicted + change));
}

function nextIndex(index: number, code: number): number {
  return Math.max(0, Math.min(STEPS.length - 1, index + INDEX_STEPS[code & 7]));
}

function firstIndex(samples: Int16Array): number {
  let most = 0;
  for (let i = 1; i < Math.min(samples.length, LOOK_AHEAD); i++)
    most = Math.max(most, Math.abs(samples[i] - samples[i - 1]));
  const index = STEPS.findIndex((step) => step >= most);
  return index < 0 ? STEPS.length - 1 : index;
}
