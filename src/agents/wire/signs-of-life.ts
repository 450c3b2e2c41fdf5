/** Tells when an agent has gone without a word: a cut link breaks no connection, and the caller would hear silence for ever. */
import type { Connection } from "../../websocket/connection.js";

/** What is asked of a socket. */
export type Pinged = Pick<Connection, "once" | "ping" | "isOpen" | "lastHeardAt">;

/** How often a sign of life is asked for. */
const PING_MS = 10_000;
/** Who has answered before and says nothing for so long is gone. */
export const GONE_MS = 20_000;

/**
 * Calls `onGone` once, when nothing has come for 20 s from an agent that answers pings. One that never answered any, as
 * home-made ones may, is not judged by them.
 */
export function watchLife(socket: Pinged, onGone: () => void): void {
  let answers = false;
  socket.once("pong", () => {
    answers = true;
  });
  const ask = () => {
    if (!socket.isOpen) return;
    if (!answers || performance.now() - socket.lastHeardAt < GONE_MS) return socket.ping();
    clearInterval(timer);
    onGone();
  };
  // What has come while this process stood still is read first.
  const timer = setInterval(() => setImmediate(ask), PING_MS);
  socket.once("close", () => clearInterval(timer));
  ask();
}
