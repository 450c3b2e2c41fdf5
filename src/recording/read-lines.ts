/** Reads a file of lines, a block at a time, and never holds more than a block and one line of it. */
import type { FileHandle } from "node:fs/promises";

const BLOCK_BYTES = 256 * 1024;
export const MAX_LINE_BYTES = 4 * 1024 * 1024;
export const NEWLINE = 0x0a;

/**
 * The complete lines in the first `size` bytes: blocks that end with a newline each; undefined stands for a line that is
 * too long. Text after the last newline is no line. A block is good until the next one is asked for.
 */
export async function* readLines(file: FileHandle, size: number): AsyncGenerator<Buffer | undefined> {
  let block = Buffer.allocUnsafe(BLOCK_BYTES);
  /** What the block begins with: the bytes of a line that goes on. */
  let begun = 0;
  let isTooLong = false;
  for (let at = 0; at < size; ) {
    if (block.length - begun < BLOCK_BYTES) {
      const larger = Buffer.allocUnsafe(begun + BLOCK_BYTES);
      block.copy(larger, 0, 0, begun);
      block = larger;
    }
    const { bytesRead } = await file.read(block, begun, Math.min(BLOCK_BYTES, size - at), at);
    if (bytesRead === 0) return;
    at += bytesRead;
    const end = begun + bytesRead;
    let start = 0;
    const newline = block.subarray(begun, end).indexOf(NEWLINE);
    if (newline >= 0) {
      if (isTooLong || begun + newline > MAX_LINE_BYTES) {
        start = begun + newline + 1;
        isTooLong = false;
        yield undefined;
      }
      const last = block.subarray(0, end).lastIndexOf(NEWLINE) + 1;
      if (last > start) yield block.subarray(start, last);
      start = last;
    }
    begun = isTooLong ? 0 : end - start;
    if (begun > MAX_LINE_BYTES) {
      isTooLong = true;
      begun = 0;
    }
    block.copyWithin(0, start, start + begun);
  }
}
