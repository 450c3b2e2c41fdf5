/** A fake agent of a media stream, Twilio's or a relative's: as strict about what it is sent as any of the sample agents. */
import { createHmac } from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { WebSocket } from "ws";
import {
  FakeConnection,
  type FakeServer,
  type FakeServerOptions,
  fakeServer,
  jsonObject,
} from "./fake-server.js";
import { type StreamDialect, type StreamWire, WIRES } from "./fake-twilio-wires.js";

export interface FakeTwilioAgentOptions extends FakeServerOptions {
  /** Whose wire it speaks. Default: Twilio's. */
  readonly dialect?: StreamDialect;
  /** Wants upgrade requests that are signed with this token. */
  readonly token?: string;
  /** Bytes of a millisecond of audio. Default: 8, as in μ-law; 16 for Exotel. */
  readonly bytesPerMs?: number;
}

/** Starts a fake agent. It wants the opening first, then numbered messages whose times and numbers go on without a gap. */
export function fakeTwilioAgent(
  options: FakeTwilioAgentOptions = {},
): Promise<FakeServer<TwilioAgentConnection>> {
  return fakeServer((socket, request) => new TwilioAgentConnection(socket, request, options), options);
}

type Message = Readonly<Record<string, unknown>>;

export class TwilioAgentConnection extends FakeConnection {
  /** The `start` message. */
  start: Message | undefined;
  readonly digits: string[] = [];
  /** The marks that came back, in their order. */
  readonly marks: string[] = [];
  /** How often our `clear` was confirmed, where the wire does that. */
  cleared = 0;
  /** Whether `stop` was received. */
  stopped = false;
  /** The sizes of the audio messages, in bytes. */
  readonly sizes = new Set<number>();
  /** Time that is in the timestamps and not in the audio. */
  gapMs = 0;
  readonly #wire: StreamWire;
  readonly #bytesPerMs: number;
  #pending: string[] = [];
  #saidConnected = false;
  #stream = "";
  #sequence = 1;
  #chunk = 0;
  /** The next timestamp, if nothing is lost. */
  #dueMs: number | undefined;

  constructor(socket: WebSocket, request: IncomingMessage, options: FakeTwilioAgentOptions) {
    super(socket, request);
    const { dialect = "twilio", token, bytesPerMs = dialect === "exotel" ? 16 : 8 } = options;
    this.#wire = WIRES[dialect];
    this.#bytesPerMs = bytesPerMs;
    if (token === undefined) return;
    const signed = createHmac("sha1", token).update(`ws://${request.headers.host}${request.url}`);
    if (request.headers["x-twilio-signature"] !== signed.digest("base64")) this.fault("a wrong signature");
  }

  /** What the agent was told of the call. */
  get parameters(): unknown {
    return this.#wire.parameters(this.start ?? {});
  }

  speak(audio: Uint8Array): void {
    this.#say(this.#wire.say.audio(Buffer.from(audio).toString("base64"), this.#bytesPerMs));
  }

  /** Asks for a mark when everything said so far has been heard. */
  mark(name: string): void {
    this.#pending.push(name);
    this.#say(this.#wire.say.mark(name));
  }

  /** Takes back what has not been heard yet. */
  clear(): void {
    if (!this.#wire.marksOnClear) this.#pending = [];
    this.#say(this.#wire.say.clear());
  }

  #say(message: object): void {
    this.sendText(
      JSON.stringify(this.#wire.addressed ? { ...message, [this.#wire.stream]: this.#stream } : message),
    );
  }

  protected override receiveText(text: string): void {
    const message = jsonObject(text);
    const fault = this.#read(message);
    if (fault) this.fault(fault);
  }

  #read(message: Message): string | undefined {
    const { event } = message;
    if (!this.#saidConnected && this.#wire.connected) return this.#readConnected(message);
    if (!this.start) return this.#readStart(message);
    if (this.stopped) return `${event} after stop`;
    if (message[this.#wire.stream] !== this.#stream) return `${event} of another stream`;
    if (message[this.#wire.sequence] !== this.#number(++this.#sequence)) return `${event} is out of sequence`;
    switch (event) {
      case "media":
        return this.#readMedia(message.media as Message);
      case "dtmf":
        return this.#readKey(message.dtmf as Message);
      case this.#wire.markEvent:
        return this.#readMark(this.#wire.markName(message));
      case "clearedAudio":
        this.cleared++;
        return this.#wire.marksOnClear ? "clearedAudio" : undefined;
      case "stop":
        this.stopped = true;
        return this.#wire.stopFault(message, this.start);
      default:
        return `the unknown event ${event}`;
    }
  }

  #readConnected(message: Message): string | undefined {
    this.#saidConnected = true;
    return same(message, this.#wire.connected) ? undefined : "connected is not first, or not as it should be";
  }

  #readStart(message: Message): string | undefined {
    if (message.event !== "start") return `${message.event} before start`;
    if (message[this.#wire.sequence] !== this.#number(1)) return "start is not the first in the sequence";
    this.start = message;
    this.#stream = this.#wire.streamOf(message);
    return this.#wire.startFault(message);
  }

  #readMedia(media: Message): string | undefined {
    const { chunk, timestamp, payload } = media ?? {};
    if (this.#wire.track && media.track !== "inbound") return "audio of no track";
    if (chunk !== this.#number(++this.#chunk)) return "audio is out of order";
    if (typeof timestamp !== "string" || !/^\d+$/.test(timestamp)) return "a timestamp is not digits";
    if (typeof payload !== "string") return "audio without a payload";
    const bytes = Buffer.from(payload, "base64");
    if (bytes.length === 0 || bytes.toString("base64") !== payload) return "a payload is not base64";
    if (bytes.length > 20 * this.#bytesPerMs) return "more than 20 ms of audio at once";
    if (Number(timestamp) === 0) return "the timestamp 0, which some agents take for none";
    const due = this.#dueMs ?? Number(timestamp);
    if (Number(timestamp) < Math.floor(due)) return "a timestamp goes back";
    this.gapMs += Math.max(0, Number(timestamp) - Math.ceil(due));
    this.#dueMs = Math.max(due, Number(timestamp) - 1) + bytes.length / this.#bytesPerMs;
    this.sizes.add(bytes.length);
    this.hear(bytes);
    return undefined;
  }

  #readKey(dtmf: Message): string | undefined {
    const { digit } = dtmf ?? {};
    if (typeof digit !== "string" || !/^[0-9A-D*#]$/.test(digit)) return "no key";
    this.digits.push(digit);
    return undefined;
  }

  #readMark(name: unknown): string | undefined {
    if (this.#pending.shift() !== name) return `the mark ${name}, which was not due`;
    this.marks.push(name as string);
    return undefined;
  }

  #number(value: number): unknown {
    return this.#wire.numbers === "text" ? `${value}` : value;
  }
}

function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
