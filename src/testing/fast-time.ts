/** Calls on a manual clock: time moves on as soon as the far end has dealt with all that was sent before. */
import type { WebSocket } from "ws";
import { FRAME_MS } from "../audio/format.js";
import type { ManualClock } from "../clock.js";

/** How long, in real time, a far end may take to close the socket before our own patience runs out on the manual clock. */
const CLOSING_MS = 2000;

export interface TimePassing {
  /** Looked at after every step: once it holds, time stands still again. */
  readonly until: () => boolean;
  /** Time waits while this does not hold, for an agent that connects. */
  readonly isReady?: () => boolean;
}

/**
 * Moves `clock` from timer to timer. After each, what was sent is followed by a WebSocket ping: its pong says that the far
 * end has received everything, and brings whatever it answered at once. Resolves when `until` holds or the socket is gone.
 */
export async function passTime(
  clock: ManualClock,
  socket: WebSocket,
  { until, isReady = () => true }: TimePassing,
): Promise<void> {
  while (!until()) {
    if (socket.readyState !== socket.OPEN) return closed(clock, socket);
    if (isReady()) clock.advance(Math.min(FRAME_MS, Math.max(0, clock.nextTimerAt - clock.now())));
    else await new Promise((resolve) => setTimeout(resolve, 1));
    await settled(socket);
  }
}

/** Resolves when the far end has received all that was sent, or the socket is gone. */
export async function settled(socket: WebSocket): Promise<void> {
  if (socket.readyState !== socket.OPEN) return;
  await new Promise<void>((resolve) => {
    const done = () => {
      socket.off("pong", done);
      socket.off("close", done);
      resolve();
    };
    socket.on("pong", done);
    socket.on("close", done);
    socket.ping();
  });
}

async function closed(clock: ManualClock, socket: WebSocket): Promise<void> {
  if (socket.readyState === socket.CLOSED) return;
  await new Promise<void>((resolve) => {
    const late = setInterval(() => clock.advance(CLOSING_MS), CLOSING_MS);
    socket.once("close", () => {
      clearInterval(late);
      resolve();
    });
  });
}
