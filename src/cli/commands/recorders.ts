/** The recordings of one run: a recorder for every call, all of them closed before the process ends. */
import { access, constants, mkdir } from "node:fs/promises";
import type { Observer } from "../../call/events.js";
import type { Clock } from "../../clock.js";
import { BridgeError } from "../../errors.js";
import type { createRecorder } from "../../recording/writer.js";
import type { Reporter } from "../../report/reporter.js";

export interface RecordersOptions {
  readonly directory: string;
  /** The agent as people know it. */
  readonly agent: string;
  readonly source: "serve" | "simulate" | "record";
  readonly showPersonal: boolean;
  /** Keeps events only. */
  readonly noAudio: boolean;
  readonly clock: Clock;
  readonly reporter: Pick<Reporter, "warning" | "recorded">;
  /** Told the folder of every recording that will not change any more. */
  readonly onRecorded?: (folder: string) => void;
}

type CreateRecorder = typeof createRecorder;

export class CallRecorders {
  readonly #options: RecordersOptions;
  readonly #closing = new Set<Promise<void>>();

  readonly #createRecorder: CreateRecorder;

  private constructor(options: RecordersOptions, createRecorder: CreateRecorder) {
    this.#options = options;
    this.#createRecorder = createRecorder;
  }

  /**
   * Loads what records calls, which nobody waits for who records none.
   * @throws BridgeError `cannot-write` when nothing could be recorded: better now than when a call is lost.
   */
  static async open(options: RecordersOptions): Promise<CallRecorders> {
    await check(options.directory);
    const { createRecorder } = await import("../../recording/writer.js");
    return new CallRecorders(options, createRecorder);
  }

  /** The observer that records one call. */
  record(): Observer {
    const { reporter, onRecorded, ...options } = this.#options;
    const recorder = this.#createRecorder({
      ...options,
      onWarning: (code, message) => reporter.warning(code, message),
    });
    let callId = "";
    return (event) => {
      recorder.observer(event);
      if (event.type === "call-started") callId = event.info.callId;
      if (event.type !== "call-ended") return;
      const closing = recorder.close().then(() => {
        this.#closing.delete(closing);
        const folder = recorder.folder();
        if (folder === undefined) return;
        reporter.recorded(callId, folder);
        onRecorded?.(folder);
      });
      this.#closing.add(closing);
    };
  }

  /** Resolves when every recording is complete. */
  async close(): Promise<void> {
    await Promise.all(this.#closing);
  }
}

async function check(directory: string): Promise<void> {
  try {
    await mkdir(directory, { recursive: true, mode: 0o700 });
    await access(directory, constants.W_OK | constants.X_OK);
  } catch (cause) {
    const fix = "name a folder that you may write to, for example: --record recordings";
    throw new BridgeError("cannot-write", `cannot save recordings in ${directory}`, { fix, cause });
  }
}
