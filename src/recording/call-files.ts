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

/** Some events as they are written, and what there is with them. */
interface Batch extends Record<keyof typeof NAMES, Buffer> {
  readonly counts: RecordingCounts;
}

const NEWLINE = 0x0a;

export interface EncodeOptions {
  readonly redaction: Redaction;
  /** Keeps what happened, and no sound. */
  readonly noAudio: boolean;
}

export class CallFiles {
  readonly #files: Files;
  readonly #options: EncodeOptions;
  #written: Written = {
    counts: { events: 0, callerPayloads: 0, callerBytes: 0, agentPayloads: 0, agentBytes: 0 },
    at: 0,
    sizes: { events: 0, caller: 0, agent: 0 },
  };

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
    const batch = this.#encode(events);
    try {
      for (const side of ["caller", "agent", "events"] as const)
        if (batch[side].length > 0) await this.#files[side].appendFile(batch[side]);
    } catch (error) {
      const whole = await this.#linesOf(batch.events).catch(() => 0);
      this.#wrote(events.slice(0, whole));
      throw error;
    }
    this.#wrote(events, batch);
  }

  /** Drops what a batch that failed has left beside its whole lines. */
  async cutBack(): Promise<void> {
    const { sizes } = this.#written;
    for (const side of ["events", "caller", "agent"] as const) await this.#files[side].truncate(sizes[side]);
  }

  #wrote(events: readonly CallEvent[], batch = this.#encode(events)): void {
    const { sizes, at } = this.#written;
    this.#written = {
      counts: batch.counts,
      at: events[events.length - 1]?.at ?? at,
      sizes: {
        caller: sizes.caller + batch.caller.length,
        agent: sizes.agent + batch.agent.length,
        events: sizes.events + batch.events.length,
      },
    };
  }

  /** How many lines of a batch are there, though not all of it is. */
  async #linesOf(batch: Buffer): Promise<number> {
    const { size } = await this.#files.events.stat();
    let lines = 0;
    for (const byte of batch.subarray(0, size - this.#written.sizes.events)) if (byte === NEWLINE) lines++;
    return lines;
  }

  async close(): Promise<void> {
    for (const file of Object.values(this.#files)) await file.close();
  }

  #encode(events: readonly CallEvent[]): Batch {
    const { noAudio, redaction } = this.#options;
    const counts = { ...this.#written.counts };
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
    return { counts, events: Buffer.from(lines), caller: Buffer.concat(caller), agent: Buffer.concat(agent) };
  }
}
