/** The bytes of a socket, read into one buffer that all sockets share. A new one for each read costs as much as all else that is done with a frame of audio. */
import { Socket } from "node:net";
import type { Duplex } from "node:stream";

/** As much as Node asks the system for. */
const shared = Buffer.allocUnsafeSlow(64 * 1024);

type Fields = Record<symbol, unknown>;

/**
 * Calls `take` with all that comes while the socket flows. A socket that reads like this stops at once when it is paused, and learns of its
 * end only when it flows again.
 * @param take may keep the chunk, and may write to it.
 */
export function readBytes(socket: Duplex, take: (chunk: Buffer) => void): void {
  // What was read before, and all that comes of sockets that are not the system's.
  socket.on("data", take);
  if (socket instanceof Socket) readIntoShared(socket, take);
}

/**
 * Does for a socket that is open already what Node's documented option `onread` of `net.connect` does for a new one: there is none for those
 * that a server accepts. Where Node's insides look different, nothing changes.
 */
function readIntoShared(socket: Socket, take: (chunk: Buffer) => void): void {
  const { _handle: handle } = socket as { _handle?: { useUserBuffer?(buffer: Buffer): void } };
  if (!names || !handle?.useUserBuffer) return;
  const fields = socket as unknown as Fields;
  fields[names.buffer] = shared;
  fields[names.callback] = (bytes: number) => {
    const chunk = Buffer.allocUnsafe(bytes);
    shared.copy(chunk, 0, 0, bytes);
    take(chunk);
    return true;
  };
  handle.useUserBuffer(shared);
}

/** The properties in which a socket keeps its `onread`. */
const names = findNames();

function findNames(): { readonly buffer: symbol; readonly callback: symbol } | undefined {
  const callback = () => true;
  const socket = new Socket({ onread: { buffer: shared, callback } } as object);
  const fields = socket as unknown as Fields;
  const symbols = Object.getOwnPropertySymbols(socket);
  const bufferName = symbols.find((name) => fields[name] === shared);
  const callbackName = symbols.find((name) => fields[name] === callback);
  return bufferName && callbackName && { buffer: bufferName, callback: callbackName };
}
