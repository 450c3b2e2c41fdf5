/** Reads a file of lines, many at a time, and never holds more than two blocks and one line of it. */
import type { FileHandle } from "node:fs/promises";

const BLOCK_BYTES = 512 * 1024;
export const MAX_LINE_BYTES = 4 * 1024 * 1024;
export const NEWLINE = 0x0a;

/**
 * The complete lines in the first `size` bytes: runs of lines that end with a newline each; undefined stands for a line that
 * is too long. Text after the last newline is no line. What was given is good until the next is asked for.
 */
export async function* readLines(file: FileHandle, size: number): AsyncGenerator<Buffer | undefined> {
  /** A line that goes on in the next block, in pieces; none of it is kept once it is too long. */
  let begun: Buffer[] = [];
  let begunBytes = 0;
  for await (const block of readBlocks(file, size)) {
    const first = block.indexOf(NEWLINE) + 1;
    const last = first === 0 ? 0 : block.lastIndexOf(NEWLINE) + 1;
    if (first > 0) {
      if (begunBytes + first > MAX_LINE_BYTES + 1) yield undefined;
      else
        yield begunBytes === 0
          ? block.subarray(0, first)
          : Buffer.concat([...begun, block.subarray(0, first)]);
      begun = [];
      begunBytes = 0;
      if (last > first) yield block.subarray(first, last);
    }
    begunBytes += block.length - last;
    if (begunBytes > MAX_LINE_BYTES) begun = [];
    else if (last < block.length) begun.push(Buffer.from(block.subarray(last)));
  }
}

/** The next block is read while the present one is looked at. */
async function* readBlocks(file: FileHandle, size: number): AsyncGenerator<Buffer> {
  const read = async (at: number, into: Buffer) => {
    const { bytesRead } = await file.read(into, 0, Math.min(BLOCK_BYTES, size - at), at);
    return into.subarray(0, bytesRead);
  };
  const room = () => Buffer.allocUnsafeSlow(Math.min(BLOCK_BYTES, size));
  let [present, spare] = [room(), room()];
  let next = size > 0 ? read(0, present) : undefined;
  for (let at = 0; next; ) {
    const block = await next;
    at += block.length;
    [present, spare] = [spare, present];
    next = block.length > 0 && at < size ? read(at, present) : undefined;
    // Whoever stops reading here leaves the next block to nobody.
    next?.catch(() => {});
    if (block.length > 0) yield block;
  }
}
