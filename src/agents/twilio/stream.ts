/** One call on a media stream, with us in the place of the telephone company: what the agent hears, says and is told. */
import { bytesPerMs, FRAME_MS, frameBytes, type MediaFormat, silenceByte } from "../../audio/format.js";
import { Framer } from "../../audio/framer.js";
import type { Payload } from "../../audio/payload.js";
import type { Leg, LegEvent } from "../../call/leg.js";
import { readBase64 } from "../../protocol/base64.js";
import { parseObject } from "../wire/json.js";
import { AgentSocket } from "../wire/socket.js";
import { warnOnce } from "../wire/warn-once.js";
import type { Dialect, StreamMessage, StreamStart } from "./dialects.js";

/** Characters of base64 and of the message around it, for each byte of 20 ms of μ-law. */
const WIRE_GROWTH = 2.4;
/** A part of a frame waits this long for the rest, then goes as it is. */
const FLUSH_AFTER_MS = 100;
/** Far more marks than any reply has. */
const MAX_MARKS = 20_000;
const MAX_MARK_LENGTH = 1024;

export interface StreamOptions {
  readonly dialect: Dialect;
  readonly start: StreamStart;
  /** A checked `ws://` or `wss://` address. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
  readonly emit: (event: LegEvent) => void;
  /** The answer to a tool call that this wire did not make. */
  readonly onToolResult?: (id: string, output: string, isError: boolean) => void;
  /** The stream has ended, whoever ended it. */
  readonly onEnd?: () => void;
}

/** Rejects as `AgentSocket.opened` does. Resolves when the opening is sent: agents have no word for being ready. */
export async function openStream(options: StreamOptions): Promise<Leg> {
  const stream = new MediaStream(options);
  await stream.open();
  const { format } = options.start;
  return {
    hears: format,
    speaks: format,
    send: (audio) => stream.send(audio),
    dtmf: (digit, durationMs) => stream.dtmf(digit, durationMs),
    marked: (name) => stream.marked(name),
    // The agent has said `clear`: it knows. What it has heard of our marks tells it how far the caller got.
    interrupt() {},
    toolResult: (id, output, isError) => options.onToolResult?.(id, output, isError),
    close: (code, reason) => stream.close(code, reason),
  };
}

class MediaStream {
  readonly #options: StreamOptions;
  readonly #dialect: Dialect;
  readonly #socket: AgentSocket;
  readonly #emit: (event: LegEvent) => void;
  readonly #warn: (code: string, message: string) => void;
  readonly #framer: Framer;
  readonly #bytesPerMs: number;
  readonly #frameBytes: number;
  #flushTimer: NodeJS.Timeout | undefined;
  /** `start` was the first. */
  #sequence = 1;
  #chunk = 0;
  #audioBytes = 0;
  #isCongested = false;
  #over = false;
  /** Marks that are still to come back, the first of which are to be forgotten. */
  #marks = 0;
  #forgotten = 0;
  #keys = 0;

  constructor(options: StreamOptions) {
    const { dialect, start, url, headers, signal } = options;
    this.#options = options;
    this.#dialect = dialect;
    this.#emit = (event) => {
      if (event.type === "congested") this.#isCongested = true;
      if (event.type === "closed") this.#end();
      options.emit(event);
    };
    this.#warn = warnOnce(options.emit);
    this.#bytesPerMs = bytesPerMs(start.format);
    this.#frameBytes = frameBytes(start.format);
    this.#framer = new Framer(this.#frameBytes, silenceByte(start.format));
    this.#socket = new AgentSocket({
      url,
      headers,
      signal,
      bytesPerMs: this.#bytesPerMs * WIRE_GROWTH,
      emit: this.#emit,
      onText: (text) => this.#read(text),
      onBytes: () =>
        this.#warn("agent-binary", "the agent sent a binary message, which this wire does not have"),
    });
  }

  async open(): Promise<void> {
    await this.#socket.opened;
    for (const message of this.#dialect.opening(this.#options.start)) this.#tell(message);
  }

  send(audio: Payload): void {
    if (this.#over) return;
    const { bytes } = audio;
    // The usual case: the caller's own frames, whose text goes through as it is.
    if (bytes.length === this.#frameBytes && this.#framer.pendingBytes === 0) {
      this.#sendFrames([audio.base64], bytes.length);
      return;
    }
    const frames = this.#framer.push(bytes).map(base64);
    this.#sendFrames(frames, frames.length * this.#frameBytes);
    if (this.#framer.pendingBytes > 0) {
      this.#flushTimer ??= setTimeout(() => this.#flush(), FLUSH_AFTER_MS);
      this.#flushTimer.refresh();
    }
  }

  dtmf(digit: string, durationMs: number | undefined): void {
    if (this.#over) return;
    this.#tell(this.#dialect.dtmf(this.#ids, ++this.#sequence, digit, durationMs));
  }

  marked(name: string): void {
    if (this.#marks > 0) this.#marks--;
    if (this.#forgotten > 0) this.#forgotten--;
    else if (!this.#over) this.#tell(this.#dialect.mark(this.#ids, ++this.#sequence, name));
  }

  close(code: number, reason: string): void {
    if (!this.#over) {
      this.#flush();
      if (this.#dialect.stop) this.#tell(this.#dialect.stop(this.#ids, ++this.#sequence));
      this.#end();
    }
    this.#socket.close(code, reason);
  }

  get #ids() {
    return this.#options.start.ids;
  }

  #tell(message: object): void {
    this.#socket.sendControl(JSON.stringify(message));
  }

  /** Sends what waits for the rest of its frame. */
  #flush(): void {
    const length = this.#framer.pendingBytes;
    const frame = this.#framer.flush();
    if (frame) this.#sendFrames([base64(frame.subarray(0, length))], length);
  }

  /** The first frame finds out whether there is room; the others go where it went. */
  #sendFrames(frames: readonly string[], bytes: number): void {
    if (frames.length === 0) return;
    const size = bytes / frames.length;
    this.#isCongested = false;
    for (const [index, frame] of frames.entries()) {
      const message = this.#mediaMessage(frame);
      if (index > 0) this.#socket.sendControl(message);
      else this.#socket.sendAudio(message, bytes / this.#bytesPerMs);
      if (this.#isCongested) {
        // Time goes on over what was dropped; numbers tell what was sent.
        this.#audioBytes += bytes;
        return;
      }
      this.#sequence++;
      this.#chunk++;
      this.#audioBytes += size;
    }
  }

  /** Agents tell times from the timestamp, and some take 0 for none: the first frame has 20. */
  #mediaMessage(frame: string): string {
    const timestamp = FRAME_MS + Math.ceil(this.#audioBytes / this.#bytesPerMs);
    const place = { sequence: this.#sequence + 1, chunk: this.#chunk + 1, timestamp };
    const [before, after] = this.#dialect.media(this.#ids, place);
    return before + frame + after;
  }

  #read(text: string): void {
    const message = parseObject(text);
    if (!message) {
      this.#warn("agent-malformed", "the agent sent a text that is not a JSON object; it was ignored");
      return;
    }
    const said = this.#dialect.read(message);
    if (said) this.#obey(said);
    else this.#warn("agent-message", "the agent sent a message that this wire does not have; it was ignored");
  }

  #obey(said: StreamMessage): void {
    switch (said.type) {
      case "audio":
        this.#hear(said);
        break;
      case "mark":
        if (this.#marks >= MAX_MARKS || said.name.length > MAX_MARK_LENGTH) {
          this.#warn(
            "agent-marks",
            "the agent sent more or longer marks than can be kept; some were ignored",
          );
          return;
        }
        this.#marks++;
        this.#emit(said);
        break;
      case "clear":
        if (!this.#dialect.marksOnClear) this.#forgotten = this.#marks;
        this.#emit({ type: "interrupted" });
        if (this.#dialect.cleared && !this.#over)
          this.#tell(this.#dialect.cleared(this.#ids, ++this.#sequence));
        break;
      case "digits":
        this.#keys++;
        this.#emit({
          type: "tool-call",
          id: `${this.#dialect.name}-keys-${this.#keys}`,
          name: "send_dtmf",
          args: { digits: said.digits },
        });
        break;
    }
  }

  #hear({ base64: text, contentType }: Extract<StreamMessage, { type: "audio" }>): void {
    const { contentType: expected } = this.#options.start;
    if (contentType !== undefined && contentType !== expected) {
      this.#warn("agent-format", `the agent sent audio that is not ${expected}; it was ignored`);
      return;
    }
    const payload = readBase64(text);
    if (payload) this.#emit({ type: "audio", payload });
    else if (text !== "")
      this.#warn("agent-audio", "the agent sent audio that is not base64; it was ignored");
  }

  #end(): void {
    if (this.#over) return;
    this.#over = true;
    clearTimeout(this.#flushTimer);
    this.#options.onEnd?.();
  }
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("base64");
}

export const ULAW: MediaFormat = { encoding: "g711_ulaw", sampleRate: 8000 };
