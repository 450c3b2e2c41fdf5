/** All lines of a recording for the page: numbers for audio, texts for the rest, packed some ten thousand at a time. */
import { gzipSync } from "node:zlib";
import type { RecordedEvent } from "../../recording/format.js";
import type { BadLine, Recording } from "../../recording/reader.js";
import type { Redaction } from "../../recording/redact.js";

/** As src/report/page/event-table.js numbers them: audio by its way, then lines with text by theirs. */
const FIRST_TEXT = 4;
const BAD_LINE = 8;
const LINES = 50_000;
const TEXT_BYTES = 2_000_000;
/** Of one line. What is longer is cut: the recording has it whole. */
const MOST_TEXT = 20_000;
const NUMBERS_BYTES = 1 << 20;
/** A number takes up to eight bytes, a line up to four numbers. */
const ROOM_BYTES = 64;

export interface EventPiece {
  /** gzip. */
  readonly bytes: Uint8Array;
  readonly atMs: number;
}

export class EventPieces {
  readonly #recording: Recording;
  readonly #redaction: Redaction | undefined;
  readonly #numbers = new Uint8Array(NUMBERS_BYTES);
  #written = 0;
  #texts: string[] = [];
  #textBytes = 0;
  #lines = 0;
  #micros = 0;
  /** Lines so far. */
  count = 0;
  readonly marks: { at: number; number: number }[] = [];

  /** @param redaction for a recording that masks nothing itself. */
  constructor(recording: Recording, redaction: Redaction | undefined) {
    this.#recording = recording;
    this.#redaction = redaction;
  }

  async *pieces(): AsyncGenerator<EventPiece> {
    let micros = 0;
    for await (const batch of this.#recording.batches()) {
      for (const line of batch) {
        if (line.type === "bad-line") this.#text(micros, BAD_LINE, "bad-line", badLine(line as BadLine));
        else {
          micros = (line as RecordedEvent).t;
          this.#add(line as RecordedEvent);
        }
        const isFull = this.#lines === LINES || this.#textBytes > TEXT_BYTES;
        if (isFull || this.#written > NUMBERS_BYTES - ROOM_BYTES) yield this.#take();
      }
    }
    if (this.#lines > 0) yield this.#take();
  }

  #add(event: RecordedEvent): void {
    const { t, leg, dir, type } = event;
    const way = (leg === "agent" ? 2 : 0) + (dir === "out" ? 1 : 0);
    const size = type === "media" ? (event.length ?? event.bytes) : undefined;
    if (isCount(size)) {
      this.#begin(t, way);
      this.#number(size);
      if (way === 1) this.#signed(isCount(event.heardT) ? clamp(event.heardT - t) : 0);
      return;
    }
    if (type === "mark" && isCount(event.number)) this.marks.push({ at: t / 1000, number: event.number });
    this.#text(t, FIRST_TEXT + way, type, this.#told(event));
  }

  #told(event: RecordedEvent): string {
    const { t: _t, leg: _leg, dir: _dir, type: _type, ...fields } = event;
    return short(JSON.stringify(this.#redaction ? masked(event, fields, this.#redaction) : fields));
  }

  #text(t: number, kind: number, type: string, text: string): void {
    this.#begin(t, kind);
    const name = type.slice(0, 100);
    this.#texts.push(name, text);
    this.#textBytes += name.length + text.length;
  }

  #begin(t: number, kind: number): void {
    this.#signed(t - this.#micros);
    this.#micros = t;
    this.#number(kind);
    this.#lines++;
    this.count++;
  }

  #signed(value: number): void {
    this.#number(value < 0 ? -value * 2 - 1 : value * 2);
  }

  #number(value: number): void {
    let rest = value;
    for (; rest >= 128; rest = Math.floor(rest / 128)) this.#numbers[this.#written++] = 128 | (rest % 128);
    this.#numbers[this.#written++] = rest;
  }

  #take(): EventPiece {
    const numbers = this.#numbers.subarray(0, this.#written);
    const texts = Buffer.from(JSON.stringify(this.#texts));
    const whole = Buffer.alloc(4 + numbers.length + texts.length);
    whole.writeUInt32LE(numbers.length);
    whole.set(numbers, 4);
    whole.set(texts, 4 + numbers.length);
    const atMs = this.#micros / 1000;
    this.#written = 0;
    this.#texts = [];
    this.#textBytes = 0;
    this.#lines = 0;
    this.#micros = 0;
    return { bytes: gzipSync(whole), atMs };
  }
}

type Fields = Readonly<Record<string, unknown>>;

/** What a recording with everything shown would say had it been made without. */
function masked({ type }: RecordedEvent, fields: Fields, redaction: Redaction): unknown {
  const { name, number, text, args, digit } = fields;
  return {
    ...(redaction.message(fields) as object),
    // The name of a tool is no person's.
    ...(type.startsWith("tool-") && { name }),
    // Nor is that of a mark.
    ...(type === "mark" && { number }),
    ...(typeof text === "string" && { text: redaction.transcript(text) }),
    ...(args !== undefined && { args: redaction.transcript(String(args)) }),
    ...(digit !== undefined && { digit: redaction.digit(String(digit)) }),
  };
}

function badLine({ line, detail }: BadLine): string {
  return short(JSON.stringify({ line, detail }));
}

/** JSON that is cut off stands as a text, so that it is JSON again. */
function short(json: string): string {
  return json.length <= MOST_TEXT ? json : JSON.stringify({ cut: json.slice(0, MOST_TEXT) });
}

function clamp(micros: number): number {
  return Math.max(-0x7fffffff, Math.min(0x7fffffff, micros));
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
