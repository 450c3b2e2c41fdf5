/** The bytes of a socket, read into one buffer that all share. Node gives every read memory of its own, some 7 % of what a call costs. */
import { Socket } from "node:net";
import type { Duplex } from "node:stream";

/** As much as Node asks the system for. */
const shared = Buffer.allocUnsafeSlow(64 * 1024);

type Fields = Record<symbol, unknown>;

/** Where a socket keeps what `onread` of its options was. */
const onread = findOnread();

/**
 * Calls `take` with all that comes while the socket flows. One that is read past its stream stops at once when it is paused, and learns of
 * its end only when it flows again.
 * @param take may keep the chunk, and may write to it.
 */
export function readBytes(socket: Duplex, take: (chunk: Buffer) => void): void {
  // What was read before, and all that comes from sockets that are not the system's.
  socket.on("data", take);
  if (socket instanceof Socket) readPastStream(socket, take);
}

/**
 * Does for a socket that is open what Node's documented option `onread` of `net.connect` does for a new one: for those that a server accepts
 * there is no such option. Where Node's insides look different, nothing changes.
 */
function readPastStream(socket: Socket, take: (chunk: Buffer) => void): void {
  const { _handle: handle } = socket as { _handle?: { useUserBuffer?(buffer: Buffer): void } };
  if (!onread || !handle?.useUserBuffer) return;
  const fields = socket as unknown as Fields;
  fields[onread.buffer] = shared;
  fields[onread.callback] = (bytes: number) => {
    const chunk = Buffer.allocUnsafe(bytes);
    shared.copy(chunk, 0, 0, bytes);
    take(chunk);
    return true;
  };
  handle.useUserBuffer(shared);
}

function findOnread(): { readonly buffer: symbol; readonly callback: symbol } | undefined {
  const given = { buffer: shared, callback: () => true };
  const socket = new Socket({ onread: given } as object);
  const fields = socket as unknown as Fields;
  const names = Object.getOwnPropertySymbols(socket);
  const buffer = names.find((name) => fields[name] === given.buffer);
  const callback = names.find((name) => fields[name] === given.callback);
  return buffer && callback && { buffer, callback };
}
