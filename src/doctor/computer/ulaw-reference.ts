/** ITU-T G.711 μ-law as its tables 2a and 2b have it, written down a second time, for comparing: by decision values, not by bits. */

/** Decision values of the 14-bit scale: 1, then 15 steps of 2, 16 of 4, … 16 of 256. A code's number is how many of them its magnitude has reached. */
export const DECISIONS: readonly number[] = decisions();

/** Magnitude of each code's output: the middle between its decision values; 0 for the first. */
const OUTPUTS: readonly number[] = DECISIONS.map((from, k) => (from + (DECISIONS[k + 1] ?? 8159)) / 2);

function decisions(): number[] {
  const values = [1];
  for (let segment = 0; segment < 8; segment++)
    for (let k = segment === 0 ? 1 : 0; k < 16; k++) values.push(values.at(-1)! + 2 ** (segment + 1));
  return values.slice(0, 127);
}

/** @param sample 16 bits. The two lowest are beyond μ-law; a negative value is taken as one's complement, as G.191 does. */
export function referenceEncode(sample: number): number {
  const value = sample >> 2;
  const magnitude = value < 0 ? -value - 1 : value;
  let [low, high] = [0, DECISIONS.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (magnitude >= DECISIONS[middle]!) low = middle + 1;
    else high = middle;
  }
  return (value < 0 ? 0x7f : 0xff) - low;
}

/** @returns 16 bits. */
export function referenceDecode(code: number): number {
  const number = 0x7f - (code & 0x7f);
  const magnitude = number === 0 ? 0 : OUTPUTS[number - 1]! * 4;
  // The second zero of a code with a sign has no sign here.
  return code & 0x80 || magnitude === 0 ? magnitude : -magnitude;
}
