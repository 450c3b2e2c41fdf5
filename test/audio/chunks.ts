/** Cutting bytes into chunks, for tests that show that the cuts do not matter. */

/** `bytes` in chunks of the given sizes, taken in turn. A size of 0 gives an empty chunk; not all may be 0. */
export function cut(bytes: Uint8Array, sizes: readonly number[]): Uint8Array[] {
  const chunks: Uint8Array[] = [];
  for (let at = 0, i = 0; at < bytes.length; i++) {
    const size = sizes[i % sizes.length]!;
    chunks.push(bytes.subarray(at, at + size));
    at += size;
  }
  return chunks;
}
