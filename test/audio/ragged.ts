/** Cuts audio into ragged pieces and joins it again: what property tests of streams are made of. */

/** `audio` cut at the given sizes; what is left over, maybe nothing, is the last piece. */
export function cutRagged<T extends Uint8Array | Int16Array>(audio: T, sizes: readonly number[]): T[] {
  let at = 0;
  const pieces = sizes.map((size) => audio.subarray(at, (at += size)) as T);
  return [...pieces, audio.subarray(at) as T];
}

export function joinBytes(pieces: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(pieces));
}

export function joinSamples(pieces: readonly Int16Array[]): Int16Array {
  return Int16Array.from(pieces.flatMap((piece) => [...piece]));
}
