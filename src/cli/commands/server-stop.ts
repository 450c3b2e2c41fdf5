/** How a server comes to its end: drained at the first signal, cut at the second or when the time is over. */
import type { BridgeServer } from "../../bridge/server.js";
import type { Io } from "../ui/io.js";
import { TwoStepStop } from "../ui/stop.js";

/** Resolves when a signal has come and every call has ended, in its own time or cut. */
export function stopped(server: BridgeServer, drainMs: number, io: Io): Promise<TwoStepStop> {
  return new Promise((resolve) => {
    const stop: TwoStepStop = new TwoStepStop(io, {
      calls: () => server.calls,
      drainMs,
      finish: () => void finish(),
      cut: () => server.cut(),
    });
    async function finish(): Promise<void> {
      const timer = io.clock.setTimer(() => stop.cut(), drainMs);
      await server.drain();
      timer.cancel();
      await server.close();
      stop.release();
      resolve(stop);
    }
  });
}
