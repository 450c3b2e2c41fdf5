/** A stretch of a file in small blocks: hashing and sending one takes a fraction of a millisecond, so that no call waits. */
import { createHash } from "node:crypto";
import type { Piece } from "./object-store.js";

const BLOCK_BYTES = 64 * 1024;

/** @throws Error when the file is shorter than it was. */
export async function* blocks({ file, start, bytes }: Piece): AsyncGenerator<Buffer> {
  for (let sent = 0; sent < bytes; ) {
    const block = Buffer.allocUnsafe(Math.min(BLOCK_BYTES, bytes - sent));
    const { bytesRead } = await file.read(block, 0, block.length, start + sent);
    if (bytesRead === 0) throw new Error("a file became shorter while it was uploaded");
    sent += bytesRead;
    yield block.subarray(0, bytesRead);
  }
}

/** In hexadecimal. */
export async function sha256Of(piece: Piece): Promise<string> {
  const hash = createHash("sha256");
  for await (const block of blocks(piece)) hash.update(block);
  return hash.digest("hex");
}
