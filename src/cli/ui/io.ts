/** What a command may touch of the world: its streams, environment, folder, clock and signals. Tests bring their own. */
import { writeSync } from "node:fs";
import { type Clock, realClock } from "../../clock.js";
import type { Environment } from "../../config/headers.js";
import type { Output } from "../../report/reporter.js";
import type { KeyInput } from "./keys.js";

export interface Screen extends Output {
  readonly isTTY: boolean;
  /** Width in characters; undefined where nobody looks. */
  readonly columns: number | undefined;
  readonly rows?: number | undefined;
  /** Why not all that was written is there, where it is so. */
  readonly lost?: string | undefined;
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
  /** The keyboard, where somebody sits at one. */
  readonly stdin?: KeyInput | undefined;
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
    get stdin() {
      return process.stdin.isTTY ? (process.stdin as KeyInput) : undefined;
    },
  };
}

/** Whether a person sits at a terminal and wants more than plain lines: nothing that a script or a CI machine does. */
export function isInteractive(
  { stdout, stdin, env }: Pick<Io, "stdout" | "stdin" | "env">,
  { json, quiet }: { readonly json: boolean; readonly quiet: boolean },
): boolean {
  return stdout.isTTY && stdin !== undefined && env.TERM !== "dumb" && !env.CI && !json && !quiet;
}

/** Whether the terminal shows more than ASCII: by the locale, as POSIX has it, or a system that always does. */
export function usesUnicode(env: Environment, platform: string = process.platform): boolean {
  if (platform === "win32") return Boolean(env.WT_SESSION ?? env.TERM_PROGRAM);
  const locale = env.LC_ALL || env.LC_CTYPE || env.LANG;
  return locale ? /utf-?8/i.test(locale) : platform === "darwin";
}

/** A disk that is full, by whatever measure. It may have room again later. */
const FULL = new Set(["ENOSPC", "EDQUOT", "EFBIG"]);

/**
 * Calls in progress go on whatever becomes of what is written: when the reader of a pipe has gone (`| head`) it is dropped, and when
 * a disk is full it is lost until there is room.
 */
export function screenOf(stream: NodeJS.WriteStream & { readonly fd: number }): Screen {
  let isGone = false;
  let lost: string | undefined;
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE" || error.code === "EIO") isGone = true;
    else if (FULL.has(error.code ?? "")) lost = error.message;
    else throw error;
  });
  /** Whether a line may have been cut off, so that the next needs a beginning of its own. */
  let torn = true;
  /** The stream has destroyed itself; what is behind it has not. */
  function writeAgain(text: string): void {
    try {
      const bytes = Buffer.from(torn ? `\n${text}` : text);
      torn = true;
      torn = writeSync(stream.fd, bytes) < bytes.length;
    } catch {
      // Still full.
    }
  }
  return {
    write: (text) => {
      if (lost !== undefined) writeAgain(text);
      else if (!isGone) stream.write(text);
    },
    isTTY: stream.isTTY === true,
    get columns() {
      return stream.columns;
    },
    get rows() {
      return stream.rows;
    },
    get lost() {
      return lost;
    },
  };
}
