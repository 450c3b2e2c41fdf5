/** One call's conversation with ADK's own server: audio and text to it, events from it, over one connection or several. */
import { bytesPerMs, pcm16 } from "../../audio/format.js";
import type { Payload } from "../../audio/payload.js";
import type { Leg, LegEvent } from "../../call/leg.js";
import { BridgeError } from "../../errors.js";
import type { ToolSpec } from "../tools.js";
import { Departure } from "../wire/departure.js";
import { type JsonObject, parseObject } from "../wire/json.js";
import { asObject } from "../wire/json-parts.js";
import { AgentSocket } from "../wire/socket.js";
import { SpokenPcm } from "../wire/spoken-pcm.js";
import { warnOnce } from "../wire/warn-once.js";
import { AdkEvents } from "./events.js";

/** ADK hears everything at this rate, whatever it is told. */
const HEARD_RATE = 16000;
const SPOKEN_RATE = 24000;
/** Characters of base64 and of the message around it, for each byte of 20 ms of audio. */
const WIRE_GROWTH = 1.5;
/** How long the next connection may take. */
const CONNECT_MS = 8000;
/** Connections in a row that broke before a turn was over. */
const MAX_BREAKS = 3;
/** Closes that the same request would meet again: the session is not known, the server does not want us. */
const FINAL = /\b(1002|1008)\b/;

export interface AdkLiveOptions {
  /** Of `/run_live`, with its query. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly tools: readonly ToolSpec[];
  /** Whether a connection that breaks is replaced. */
  readonly reconnects: boolean;
  /** Whether ADK itself looks after the end of its model's connection. */
  readonly adkResumes: boolean;
  emit(event: LegEvent): void;
}

export class AdkLiveSession implements Leg {
  readonly hears = pcm16(HEARD_RATE);
  readonly speaks = pcm16(SPOKEN_RATE);
  readonly #options: AdkLiveOptions;
  readonly #emit: (event: LegEvent) => void;
  readonly #warn: (code: string, message: string) => void;
  readonly #events: AdkEvents;
  readonly #departure: Departure;
  readonly #giveUp = new AbortController();
  #socket: AgentSocket | undefined;
  #breaks = 0;
  #over = false;

  constructor(options: AdkLiveOptions) {
    this.#options = options;
    this.#emit = (event) => {
      if (!this.#over) options.emit(event);
    };
    this.#warn = warnOnce(this.#emit);
    const speech = new SpokenPcm(this.speaks, this.#emit, this.#warn);
    this.#events = new AdkEvents(speech, options.tools, this.#emit, this.#warn);
    this.#departure = new Departure(
      () => void this.#moveOn(),
      (ms) => this.#emit({ type: "congested", ms }),
    );
  }

  /** Resolves when the server has taken the connection: it has no word for being ready. */
  async start(signal: AbortSignal, greeting: string | undefined): Promise<void> {
    this.#socket = this.#open(signal);
    await this.#socket.opened;
    if (greeting) this.#say(greeting);
  }

  send(audio: Payload): void {
    const ms = audio.bytes.length / bytesPerMs(this.hears);
    const text = `{"blob":{"mime_type":"audio/pcm;rate=${HEARD_RATE}","data":"${urlSafe(audio.base64)}"}}`;
    if (this.#departure.keep(text, ms)) this.#socket?.sendAudio(text, ms);
  }

  dtmf(digit: string): void {
    this.#say(`[caller pressed ${digit}]`);
  }

  // The wire has no word for it: ADK learns of an interruption by hearing the caller.
  interrupt(): void {}

  close(code: number, reason: string): void {
    this.#over = true;
    this.#departure.end();
    this.#giveUp.abort();
    this.#socket?.close(code, reason);
  }

  #say(text: string): void {
    const message = JSON.stringify({ content: { role: "user", parts: [{ text }] } });
    if (this.#departure.keep(message, 0)) this.#socket?.sendControl(message);
  }

  #open(signal: AbortSignal): AgentSocket {
    const { url, headers } = this.#options;
    const socket: AgentSocket = new AgentSocket({
      url,
      headers,
      signal,
      bytesPerMs: bytesPerMs(this.hears) * WIRE_GROWTH,
      emit: (event) => this.#socketEvent(socket, event),
      onText: (text) => this.#read(text),
      onBytes: (bytes) => this.#read(bytes.toString()),
    });
    return socket;
  }

  #read(text: string): void {
    const event = parseObject(text);
    if (!event) {
      this.#warn("agent-malformed", "the agent sent what is not a JSON object; it was ignored");
      return;
    }
    const whole = this.#events.read(event);
    if (whole) this.#turnOver();
    if (event.goAway) this.#goAway(event);
  }

  #turnOver(): void {
    this.#breaks = 0;
    this.#departure.turnOver();
    // ADK keeps the conversation itself, up to here.
    this.#departure.handleRenewed();
  }

  #goAway({ goAway }: JsonObject): void {
    const { adkResumes, reconnects } = this.#options;
    if (reconnects && !adkResumes) this.#departure.begin(asObject(goAway)?.timeLeft);
  }

  #socketEvent(from: AgentSocket, event: LegEvent): void {
    if (event.type !== "closed") {
      this.#emit(event);
      return;
    }
    if (from !== this.#socket || this.#departure.isMoving) return;
    const goesOn = event.failed && this.#options.reconnects && !FINAL.test(event.reason);
    if (!this.#departure.hasBegun && (!goesOn || ++this.#breaks > MAX_BREAKS)) {
      this.#end(event);
      return;
    }
    this.#warn(
      "agent-reconnect",
      "the agent's connection ended in mid-call; the session goes on in a new one",
    );
    this.#departure.leaveNow();
  }

  /** Changes to a new connection, while the caller's audio waits. */
  async #moveOn(): Promise<void> {
    // The same session twice would be two agents that both speak.
    this.#socket?.close(1000, "continued in a new connection");
    try {
      const socket = this.#open(AbortSignal.any([this.#giveUp.signal, AbortSignal.timeout(CONNECT_MS)]));
      this.#socket = socket;
      await socket.opened;
      // Not as audio, of which only so much may be on its way at a time.
      for (const text of this.#departure.arrived()) socket.sendControl(text);
    } catch (error) {
      if (this.#over) return;
      const why = error instanceof BridgeError ? error.message : "no connection";
      this.#end({ type: "closed", failed: true, reason: `the session could not be continued: ${why}` });
    }
  }

  #end(event: LegEvent): void {
    if (this.#over) return;
    this.#events.finish();
    this.#departure.end();
    this.#emit(event);
    this.#over = true;
  }
}

/** ADK's own alphabet, which every version of it reads. */
function urlSafe(base64: string): string {
  return base64.replaceAll("+", "-").replaceAll("/", "_");
}
