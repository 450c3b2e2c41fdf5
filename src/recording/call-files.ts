/** The growing files of a recording: events in, lines and audio on the disk, batch by batch. */
import type { FileHandle } from "node:fs/promises";
import { join } from "node:path";
import type { CallEvent } from "../call/events.js";
import { createFile } from "./folder.js";
import { AGENT_FILE, CALLER_FILE, EVENTS_FILE, type RecordingCounts } from "./format.js";
import { eventLine, mediaLine, silentMediaLine } from "./lines.js";
import type { Redaction } from "./redact.js";

const NAMES = { events: EVENTS_FILE, caller: CALLER_FILE, agent: AGENT_FILE } as const;
type Files = Record<keyof typeof NAMES, FileHandle>;

/** What certainly is on the disk. */
interface Written {
  readonly counts: RecordingCounts;
  /** When the last event came. */
  readonly at: number;
  readonly sizes: Readonly<Record<keyof typeof NAMES, number>>;
}

export interface EncodeOptions {
  readonly redaction: Redaction;
  /** Keeps what happened, and no sound. */
  readonly noAudio: boolean;
}

export class CallFiles {
  readonly #files: Files;
  readonly #options: EncodeOptions;
  #counts: RecordingCounts = {
    events: 0,
    callerPayloads: 0,
    callerBytes: 0,
    agentPayloads: 0,
    agentBytes: 0,
  };
  #written: Written = { counts: this.#counts, at: 0, sizes: { events: 0, caller: 0, agent: 0 } };

  private constructor(files: Files, options: EncodeOptions) {
    this.#files = files;
    this.#options = options;
  }

  /** Makes the files in a folder where they are not there yet. */
  static async create(folder: string, options: EncodeOptions): Promise<CallFiles> {
    const files: Partial<Files> = {};
    try {
      for (const [side, name] of Object.entries(NAMES))
        files[side as keyof Files] = await createFile(join(folder, name));
      return new CallFiles(files as Files, options);
    } catch (error) {
      for (const file of Object.values(files)) await file.close();
      throw error;
    }
  }

  get written(): Written {
    return this.#written;
  }

  /** Audio first, so that no line ever speaks of bytes that are not there. */
  async append(events: readonly CallEvent[]): Promise<void> {
    const { lines, caller, agent } = this.#encode(events);
    const { sizes } = this.#written;
    const counts = this.#counts;
    for (const [side, bytes] of [
      ["caller", caller],
      ["agent", agent],
      ["events", lines],
    ] as const)
      if (bytes.length > 0) await this.#files[side].appendFile(bytes);
    this.#written = {
      counts,
      at: events[events.length - 1]?.at ?? 0,
      sizes: {
        caller: sizes.caller + caller.length,
        agent: sizes.agent + agent.length,
        events: sizes.events + lines.length,
      },
    };
  }

  /** Drops what a batch that failed has left: the files end with the last one that was written whole. */
  async cutBack(): Promise<void> {
    const { sizes } = this.#written;
    for (const side of ["events", "caller", "agent"] as const) await this.#files[side].truncate(sizes[side]);
  }

  async close(): Promise<void> {
    for (const file of Object.values(this.#files)) await file.close();
  }

  #encode(events: readonly CallEvent[]): { lines: Buffer; caller: Buffer; agent: Buffer } {
    const { noAudio, redaction } = this.#options;
    const counts = { ...this.#counts };
    const caller: Buffer[] = [];
    const agent: Buffer[] = [];
    let lines = "";
    for (const event of events) {
      counts.events++;
      if (event.type === "caller-audio") {
        const { bytes } = event.payload;
        if (!noAudio) caller.push(bytes);
        lines += noAudio
          ? silentMediaLine(event.at, bytes.length, undefined, event.plannedAt)
          : mediaLine(event.at, CALLER_FILE, counts.callerBytes, bytes.length, undefined, event.plannedAt);
        counts.callerPayloads++;
        counts.callerBytes += bytes.length;
      } else if (event.type === "agent-audio") {
        const { bytes } = event.payload;
        if (!noAudio) agent.push(bytes);
        lines += noAudio
          ? silentMediaLine(event.at, bytes.length, event.heardAt)
          : mediaLine(event.at, AGENT_FILE, counts.agentBytes, bytes.length, event.heardAt);
        counts.agentPayloads++;
        counts.agentBytes += bytes.length;
      } else lines += eventLine(event, redaction);
    }
    this.#counts = counts;
    return { lines: Buffer.from(lines), caller: Buffer.concat(caller), agent: Buffer.concat(agent) };
  }
}
