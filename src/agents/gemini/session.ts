/** One call's session with Gemini: it outlives its connections, which the vendor ends after ten minutes. */
import { bytesPerMs, type MediaFormat } from "../../audio/format.js";
import type { Payload } from "../../audio/payload.js";
import type { Leg, LegEvent } from "../../call/leg.js";
import { BridgeError } from "../../errors.js";
import { Departure } from "../wire/departure.js";
import type { JsonObject } from "../wire/json.js";
import { asObject } from "../wire/json-parts.js";
import { SpokenPcm } from "../wire/spoken-pcm.js";
import { Utterances } from "../wire/utterances.js";
import { warnOnce } from "../wire/warn-once.js";
import { type GeminiAddress, GeminiLink } from "./link.js";
import { type GeminiProfile, historyMessage, type Said, setupMessage, textMessage } from "./setup.js";
import { GeminiSpeech } from "./speech.js";
import { GeminiTools } from "./tools.js";

/** Characters of base64 and of the message around it, for each byte of 20 ms of audio. */
const WIRE_GROWTH = 1.5;
/** How long the next connection may take. */
const CONNECT_MS = 8000;
/** Connections in a row that broke before a turn was over. */
const MAX_BREAKS = 3;
/** Of what was said, this much is told to a session that begins anew. */
const MAX_SAID = 40;
const MAX_SAID_CHARACTERS = 8000;
/** A word is transcribed about this long after it was begun. */
const TRANSCRIPTION_LAG_MS = 1000;

export interface GeminiSessionOptions {
  readonly hears: MediaFormat;
  readonly speaks: MediaFormat;
  readonly profile: GeminiProfile;
  readonly greeting: string | undefined;
  /** Called for every connection: tokens expire. */
  address(signal: AbortSignal): Promise<GeminiAddress>;
  emit(event: LegEvent): void;
}

export class GeminiSession implements Leg {
  readonly hears: MediaFormat;
  readonly speaks: MediaFormat;
  readonly #options: GeminiSessionOptions;
  readonly #head: string;
  readonly #warn: (code: string, message: string) => void;
  readonly #speech: GeminiSpeech;
  readonly #tools: GeminiTools;
  readonly #departure: Departure;
  readonly #giveUp = new AbortController();
  readonly #said: Said[] = [];
  #link: GeminiLink | undefined;
  /** The connection that is to take over. */
  #next: GeminiLink | undefined;
  #handle: string | undefined;
  #callerMs = 0;
  #breaks = 0;
  #over = false;

  constructor(options: GeminiSessionOptions) {
    this.#options = options;
    this.hears = options.hears;
    this.speaks = options.speaks;
    this.#head = `{"realtimeInput":{"audio":{"mimeType":"audio/pcm;rate=${this.hears.sampleRate}","data":"`;
    const emit = (event: LegEvent) => this.#emit(event);
    this.#warn = warnOnce(emit);
    const utterances = new Utterances(emit, () => Math.max(0, this.#callerMs - TRANSCRIPTION_LAG_MS));
    this.#speech = new GeminiSpeech(new SpokenPcm(this.speaks, emit, this.#warn), utterances, emit);
    this.#tools = new GeminiTools(emit);
    this.#departure = new Departure(
      () => void this.#moveOn(),
      (ms) => emit({ type: "congested", ms }),
    );
  }

  /** Resolves when Gemini takes audio. */
  async start(signal: AbortSignal): Promise<void> {
    this.#link = await this.#dial(signal, undefined, []);
    const { greeting, profile } = this.#options;
    if (greeting) this.#link.sendControl(textMessage(profile.model, greeting));
  }

  send(audio: Payload): void {
    const ms = audio.bytes.length / bytesPerMs(this.hears);
    this.#callerMs += ms;
    const text = `${this.#head}${audio.base64}"}}}`;
    if (this.#departure.keep(text, ms)) this.#link?.sendAudio(text, ms);
  }

  dtmf(digit: string): void {
    const text = JSON.stringify({ realtimeInput: { text: `[caller pressed ${digit}]` } });
    if (this.#departure.keep(text, 0)) this.#link?.sendControl(text);
  }

  // The wire has no word for it: the vendor reckons with a reply that is heard as it is sent.
  interrupt(): void {}

  toolResult(id: string, output: string, isError: boolean): void {
    const answer = this.#tools.answer(id, output, isError, this.#speech.spokeThisTurn);
    // The next session would not know what this answers.
    if (answer && !this.#departure.isMoving) this.#link?.sendControl(answer);
  }

  close(code: number, reason: string): void {
    this.#over = true;
    this.#departure.end();
    this.#giveUp.abort();
    this.#link?.close(code, reason);
    this.#next?.close(code, reason);
  }

  async #dial(signal: AbortSignal, handle: string | undefined, said: readonly Said[]): Promise<GeminiLink> {
    const { profile } = this.#options;
    const address = await this.#options.address(signal);
    signal.throwIfAborted();
    const link = new GeminiLink({
      address,
      setup: setupMessage(profile, handle, said.length > 0),
      bytesPerMs: bytesPerMs(this.hears) * WIRE_GROWTH,
      signal,
      onMessage: (from, message) => this.#read(from, message),
      onMalformed: () =>
        this.#warn("agent-malformed", "Gemini sent what is not a JSON object; it was ignored"),
      onEvent: (from, event) => this.#linkEvent(from, event),
    });
    this.#next = link;
    try {
      await link.ready();
    } finally {
      this.#next = undefined;
    }
    if (said.length > 0) link.sendControl(historyMessage(profile.model, said));
    return link;
  }

  #read(from: GeminiLink, message: JsonObject): void {
    if (this.#over || (from !== this.#link && from !== this.#next)) return;
    const { serverContent, toolCall, toolCallCancellation, sessionResumptionUpdate, goAway } = message;
    const content = asObject(serverContent);
    if (content && this.#speech.read(content)) {
      this.#breaks = 0;
      this.#departure.turnOver();
    }
    if (asObject(toolCallCancellation)) this.#tools.cancel(asObject(toolCallCancellation)!);
    if (asObject(toolCall)) this.#tools.call(asObject(toolCall)!);
    const update = asObject(sessionResumptionUpdate);
    if (update?.resumable === true && typeof update.newHandle === "string" && update.newHandle) {
      // What the old connection says while the new one is made comes too late for the new one.
      if (from === this.#next || !this.#departure.isMoving) this.#handle = update.newHandle;
      this.#departure.handleRenewed();
    }
    if (asObject(goAway) && from === this.#link) this.#departure.begin(asObject(goAway)!.timeLeft);
  }

  #linkEvent(from: GeminiLink, event: LegEvent): void {
    if (event.type !== "closed") {
      this.#emit(event);
      return;
    }
    // The old connection may end while the new one is made.
    if (from !== this.#link || this.#departure.isMoving) return;
    const expected = this.#departure.hasBegun;
    if (!expected && (!event.failed || !this.#handle || ++this.#breaks > MAX_BREAKS)) {
      this.#speech.breakOff();
      this.#end(event);
      return;
    }
    this.#warn(
      "agent-reconnect",
      "Gemini ended the connection in mid-call; the session goes on in a new one",
    );
    this.#departure.leaveNow();
  }

  /** Changes to a new connection, while the caller's audio waits. */
  async #moveOn(): Promise<void> {
    const old = this.#link;
    try {
      const link = await this.#redial();
      if (this.#over) {
        link.close(1000, "not wanted any more");
        return;
      }
      this.#tools.forget();
      this.#speech.breakOff();
      this.#link = link;
      // Not as audio, of which only so much may be on its way at a time.
      for (const text of this.#departure.arrived()) link.sendControl(text);
      old?.close(1000, "continued in a new connection");
    } catch (error) {
      if (this.#over) return;
      const why = error instanceof BridgeError ? error.message : "no connection";
      this.#end({ type: "closed", failed: true, reason: `the session could not be continued: ${why}` });
      old?.close(1000, "not continued");
    }
  }

  async #redial(): Promise<GeminiLink> {
    const signal = () => AbortSignal.any([this.#giveUp.signal, AbortSignal.timeout(CONNECT_MS)]);
    if (this.#handle !== undefined) {
      try {
        return await this.#dial(signal(), this.#handle, []);
      } catch (error) {
        if (this.#over) throw error;
        this.#handle = undefined;
        this.#warn("agent-not-resumed", "Gemini did not resume the session; it was told what had been said");
      }
    }
    return this.#dial(signal(), undefined, this.#said);
  }

  #end(event: LegEvent): void {
    if (this.#over) return;
    this.#departure.end();
    this.#emit(event);
    this.#over = true;
  }

  #emit(event: LegEvent): void {
    if (this.#over) return;
    if (event.type === "transcript") this.#remember({ who: event.who, text: event.text });
    this.#options.emit(event);
  }

  #remember(said: Said): void {
    this.#said.push(said);
    let characters = 0;
    const from = this.#said.findLastIndex(({ text }) => (characters += text.length) > MAX_SAID_CHARACTERS);
    this.#said.splice(0, Math.max(from + 1, this.#said.length - MAX_SAID));
  }
}
