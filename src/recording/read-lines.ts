/** Reads a file of lines without holding more than one of them. */
import type { FileHandle } from "node:fs/promises";

const BLOCK_BYTES = 64 * 1024;
const MAX_LINE_BYTES = 4 * 1024 * 1024;
const NEWLINE = 0x0a;

/** The complete lines in the first `size` bytes; undefined stands for one that is too long. Text after the last newline is no line. */
export async function* readLines(file: FileHandle, size: number): AsyncGenerator<string | undefined> {
  let begun: Buffer[] = [];
  let begunBytes = 0;
  for (let at = 0; at < size; ) {
    const block = Buffer.allocUnsafe(Math.min(BLOCK_BYTES, size - at));
    const { bytesRead } = await file.read(block, 0, block.length, at);
    if (bytesRead === 0) return;
    at += bytesRead;
    let start = 0;
    for (
      let end: number;
      (end = block.subarray(0, bytesRead).indexOf(NEWLINE, start)) >= 0;
      start = end + 1
    ) {
      const tail = block.subarray(start, end);
      yield begunBytes + tail.length > MAX_LINE_BYTES
        ? undefined
        : begunBytes === 0
          ? tail.toString()
          : Buffer.concat([...begun, tail]).toString();
      begun = [];
      begunBytes = 0;
    }
    begunBytes += bytesRead - start;
    if (begunBytes > MAX_LINE_BYTES) begun = [];
    else if (start < bytesRead) begun.push(block.subarray(start, bytesRead));
  }
}
