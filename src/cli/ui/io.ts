/** What a command may touch of the world: its streams, environment, folder, clock and signals. Tests bring their own. */
import { type Clock, realClock } from "../../clock.js";
import type { Environment } from "../../config/headers.js";
import type { Output } from "../../report/reporter.js";

export interface Screen extends Output {
  readonly isTTY: boolean;
  /** Width in characters; undefined where nobody looks. */
  readonly columns: number | undefined;
}

export type StopSignal = "SIGINT" | "SIGTERM";

export interface Signals {
  on(signal: StopSignal, listener: () => void): unknown;
  off(signal: StopSignal, listener: () => void): unknown;
}

export interface Io {
  /** Results. */
  readonly stdout: Screen;
  /** Everything else. */
  readonly stderr: Screen;
  readonly env: Environment;
  readonly cwd: string;
  readonly clock: Clock;
  readonly signals: Signals;
}

/** The real world. */
export function processIo(): Io {
  return {
    stdout: screenOf(process.stdout),
    stderr: screenOf(process.stderr),
    env: process.env,
    cwd: process.cwd(),
    clock: realClock,
    signals: process,
  };
}

/** When the reader of a pipe has gone (`| head`), what is written to it is dropped; calls in progress go on. */
export function screenOf(stream: NodeJS.WriteStream): Screen {
  let isGone = false;
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE" && error.code !== "EIO") throw error;
    isGone = true;
  });
  return {
    write: (text) => {
      if (!isGone) stream.write(text);
    },
    isTTY: stream.isTTY === true,
    get columns() {
      return stream.columns;
    },
  };
}
