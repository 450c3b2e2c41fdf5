/** Takes personal data out of a recording, and leaves one that can still be replayed. */
import { type FileHandle, mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { Span } from "../analysis/call-analysis.js";
import { BridgeError } from "../errors.js";
import { factsOfFiles, writeCallFile } from "./call-file.js";
import { rebuildWav } from "./call-wav.js";
import { createFile } from "./folder.js";
import {
  AGENT_FILE,
  type AudioFile,
  CALLER_FILE,
  type CallFile,
  EVENTS_FILE,
  type RecordedEvent,
} from "./format.js";
import { isMedia, openRecording, type Recording } from "./reader.js";
import { redaction, withoutSecrets } from "./redact.js";
import { redactFields, redactLine } from "./redact-line.js";
import { type Silencer, silencer } from "./silence.js";

export interface RedactOptions {
  /** Of call.wav, in ms. */
  readonly silence: readonly Span[];
  readonly side: "both" | "caller" | "agent";
}

/** What was changed. */
export interface Redacted {
  /** Lines that held personal data, by their type. */
  readonly masked: Readonly<Record<string, number>>;
  /** Whether call.json held some. */
  readonly callMasked: boolean;
  /** Lines that could not be read, and are gone. */
  readonly dropped: number;
  /** Recorded audio that is silence now, per side. */
  readonly silencedMs: { readonly caller: number; readonly agent: number };
}

const BATCH_LINES = 2000;

/**
 * Writes a redacted copy of a recording into a new folder: numbers, digits, transcripts, arguments of tools and numbers in
 * texts masked, what nobody can read left out, stretches silenced. Payloads keep their number, order, times and lengths.
 * @param target does not exist yet.
 * @throws BridgeError `bad-recording`, also for one that is still open; `cannot-write`
 */
export async function writeRedacted(
  folder: string,
  target: string,
  options: RedactOptions,
): Promise<Redacted> {
  const recording = await openRecording(folder);
  try {
    if (recording.call.state !== "closed") throw stillOpen(folder);
    await mkdir(target, { mode: 0o700 });
    return await redactInto(recording, target, options);
  } finally {
    await recording.close();
  }
}

async function redactInto(recording: Recording, target: string, options: RedactOptions): Promise<Redacted> {
  const call = redactCall(recording.call);
  // Open until the end: whatever is cut off here is not taken for a whole recording.
  const { endedAt, reason, detail, summary, counts: _, files: __, ...begun } = call;
  await writeCallFile(target, { ...begun, state: "open" });
  const lines = await writeLines(recording, target, options);
  if (call.audio !== false) await rebuildWav(target);
  const { counts, ...redacted } = lines;
  await writeCallFile(target, { ...call, counts, files: await factsOfFiles(target, call) });
  return { ...redacted, callMasked: isOther(withoutFacts(recording.call), withoutFacts(call)) };
}

function withoutFacts({ files: _, counts: __, personal: ___, ...call }: CallFile): object {
  return call;
}

function redactCall(call: CallFile): CallFile {
  const { version, state, source, callId, otherLegCallId, accountId, ...rest } = call;
  const { caller, callee, personal: _, audio, format, agent, startedAt, endedAt, ...last } = rest;
  const { reason, detail, summary, counts, files, ...unknown } = last;
  const masked = redaction(false);
  return {
    ...{ version, state, source, callId, ...(otherLegCallId !== undefined && { otherLegCallId }), accountId },
    ...{ caller: masked.number(caller), callee: masked.number(callee), personal: "masked" },
    ...{
      ...(audio === false && { audio }),
      format: { encoding: format.encoding, sampleRate: format.sampleRate },
    },
    ...{ agent: withoutSecrets(agent), startedAt, ...(endedAt !== undefined && { endedAt }) },
    ...{
      ...(reason !== undefined && { reason }),
      ...(detail !== undefined && { detail: masked.text(detail) }),
    },
    ...(summary && { summary: redactFields({ summary }).summary as CallFile["summary"] & object }),
    ...{ ...(counts && { counts }), ...(files && { files }) },
    ...redactFields(unknown),
  };
}

async function writeLines(
  recording: Recording,
  target: string,
  { silence, side }: RedactOptions,
): Promise<Omit<Redacted, "callMasked"> & { counts: NonNullable<CallFile["counts"]> }> {
  const silenceOf = async (file: AudioFile, isWanted: boolean) =>
    isWanted && silence.length > 0 ? silencer(recording, file, silence) : undefined;
  const caller = new AudioCopy(target, CALLER_FILE, await silenceOf(CALLER_FILE, side !== "agent"));
  const agent = new AudioCopy(target, AGENT_FILE, await silenceOf(AGENT_FILE, side !== "caller"));
  const events = await createFile(join(target, EVENTS_FILE));
  const most = { [CALLER_FILE]: 0, [AGENT_FILE]: 0 };
  const masked: Record<string, number> = {};
  const counts = { events: 0, callerPayloads: 0, callerBytes: 0, agentPayloads: 0, agentBytes: 0 };
  let dropped = 0;
  try {
    await caller.open();
    await agent.open();
    let waiting: string[] = [];
    for await (const event of recording.events()) {
      if (event.type === "bad-line") {
        dropped++;
        continue;
      }
      counts.events++;
      const line = event as RecordedEvent;
      if (isMedia(line)) {
        const copy = line.file === CALLER_FILE ? caller : agent;
        // Payloads may not lie one over the other: a few lines could make a file of any size.
        most[line.file] = Math.max(most[line.file], line.offset + line.length);
        const { t, leg, dir, type, file, length, heardT, plannedT } = line;
        const offset = await copy.add(await recording.payload(line));
        if (copy.bytes > most[file]) throw overlapping(recording.folder, file);
        const times = {
          ...(heardT !== undefined && { heardT }),
          ...(plannedT !== undefined && { plannedT }),
        };
        waiting.push(`${JSON.stringify({ t, leg, dir, type, file, offset, length, ...times })}\n`);
        counts[file === CALLER_FILE ? "callerPayloads" : "agentPayloads"]++;
        counts[file === CALLER_FILE ? "callerBytes" : "agentBytes"] += length;
      } else {
        const quiet = redactLine(line);
        if (isOther(line, quiet)) masked[line.type] = (masked[line.type] ?? 0) + 1;
        if (line.type === "media" && line.leg === "pbx" && Number.isSafeInteger(line.bytes)) {
          counts[line.dir === "in" ? "callerPayloads" : "agentPayloads"]++;
          counts[line.dir === "in" ? "callerBytes" : "agentBytes"] += line.bytes as number;
        }
        waiting.push(`${JSON.stringify(quiet)}\n`);
      }
      if (waiting.length < BATCH_LINES) continue;
      await events.appendFile(waiting.join(""));
      waiting = [];
    }
    await events.appendFile(waiting.join(""));
  } finally {
    await Promise.all([events.close(), caller.close(), agent.close()]);
  }
  return { masked, dropped, counts, silencedMs: { caller: caller.silencedMs, agent: agent.silencedMs } };
}

/** One of the two .bin files, written anew. */
class AudioCopy {
  bytes = 0;
  readonly #path: string;
  readonly #silencer: Silencer | undefined;
  #file: FileHandle | undefined;
  #waiting: Buffer[] = [];
  #waitingBytes = 0;

  constructor(folder: string, name: AudioFile, silencer: Silencer | undefined) {
    this.#path = join(folder, name);
    this.#silencer = silencer;
  }

  get silencedMs(): number {
    return this.#silencer?.silencedMs ?? 0;
  }

  async open(): Promise<void> {
    this.#file = await createFile(this.#path);
  }

  /** @returns where it lies. */
  async add(payload: Buffer): Promise<number> {
    const offset = this.bytes;
    const bytes = this.#silencer?.next(payload) ?? payload;
    this.#waiting.push(bytes);
    this.#waitingBytes += bytes.length;
    this.bytes += bytes.length;
    if (this.#waitingBytes >= 256 * 1024) await this.#flush();
    return offset;
  }

  async close(): Promise<void> {
    if (this.#file) await this.#flush().finally(() => this.#file?.close());
  }

  async #flush(): Promise<void> {
    await this.#file?.appendFile(Buffer.concat(this.#waiting));
    this.#waiting = [];
    this.#waitingBytes = 0;
  }
}

function isOther(before: object, after: object): boolean {
  return JSON.stringify(before) !== JSON.stringify(after);
}

function stillOpen(folder: string): BridgeError {
  return new BridgeError(
    "bad-recording",
    `${folder} is not complete: its call still runs, or a crash cut it off`,
    {
      fix: `smartpbx-bridge inspect ${folder} --repair`,
    },
  );
}

function overlapping(folder: string, file: AudioFile): BridgeError {
  return new BridgeError(
    "bad-recording",
    `${folder} is damaged: payloads in its ${file} lie one over the other`,
    {
      fix: "Take the recording from a backup.",
    },
  );
}
