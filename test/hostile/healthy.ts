/** The call in good order that runs beside the attacks, and what of its lateness is the server's own. */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

const CALLERS = fileURLToPath(new URL("healthy-callers.mjs", import.meta.url));
/** A stall of the machine is seen in the call beside it a few frames earlier or later. */
const AROUND_FRAMES = 4;
/** What is usual is what most frames of the two seconds around have. */
const USUAL_FRAMES = 50;

type Frame = readonly [sentAt: number, backAt: number | null, ranMs: number | null, waitedMs: number];

interface Told {
  readonly epoch: number;
  readonly calls: readonly { spoilt: number; ended?: number; frames: readonly Frame[] }[];
}

export interface Health {
  readonly frames: number;
  /** Frames that never came back, or came back changed or in another order, beyond those that the other call lost too. */
  readonly lost: number;
  /** The close code, should the call have ended before we hung up. */
  readonly ended: number | undefined;
  /** For each frame when it was sent, in ms since 1970, and by how much it was late through the server's own fault. */
  readonly lateness: readonly { readonly at: number; readonly ownMs: number; readonly wholeMs: number }[];
}

export class HealthyCalls {
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess) {
    this.#child = child;
  }

  /** Calls the server under attack, and another that nobody attacks. */
  static async begin(
    urls: readonly [string, string],
    pids: readonly [number, number],
  ): Promise<HealthyCalls> {
    const child = fork(CALLERS, [JSON.stringify({ urls, pids })], { execArgv: [] });
    await once(child, "message");
    return new HealthyCalls(child);
  }

  get isRunning(): boolean {
    return this.#child.exitCode === null;
  }

  /** Hangs up both. */
  async end(): Promise<Health> {
    this.#child.send("stop");
    const [told] = (await once(this.#child, "message")) as [Told];
    await once(this.#child, "exit");
    return judge(told);
  }

  kill(): void {
    this.#child.kill("SIGKILL");
  }
}

/**
 * The server's own lateness is what is left of a frame's when that is taken away which the call to the other server suffered
 * at the same time, and the time in which this server could have run and was given no processor. It is never more than the
 * time for which the server did run while the frame was with it.
 */
function judge({ epoch, calls: [attacked, other] }: Told): Health {
  const own = lateness(attacked!.frames);
  const others = lateness(other!.frames);
  return {
    frames: own.length,
    lost: Math.max(0, lost(attacked!) - lost(other!)),
    ended: attacked!.ended,
    lateness: own.map((wholeMs, k) => {
      const [sentAt, , ranMs, waitedMs] = attacked!.frames[k]!;
      const shared = Math.max(0, ...others.slice(Math.max(0, k - AROUND_FRAMES), k + AROUND_FRAMES + 1));
      return {
        at: epoch + sentAt,
        wholeMs,
        ownMs: Math.max(0, Math.min(wholeMs - shared - waitedMs, ranMs ?? wholeMs)),
      };
    }),
  };
}

function lost({ spoilt, frames }: Told["calls"][number]): number {
  return spoilt + frames.filter(([, backAt]) => backAt === null).length;
}

/** How much later each frame came back than those around it usually do. */
function lateness(frames: readonly Frame[]): number[] {
  const delays = frames.map(([sentAt, backAt]) => (backAt === null ? 0 : backAt - sentAt));
  return delays.map((delay, k) => {
    const around = delays.slice(Math.max(0, k - USUAL_FRAMES), k + USUAL_FRAMES + 1).sort((a, b) => a - b);
    return delay - around[around.length >> 1]!;
  });
}
