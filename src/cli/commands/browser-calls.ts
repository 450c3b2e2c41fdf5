/** Places the calls that the page of a browser phone asks for, and tells the page how they go. */
import { type Encoding, formatName, PORTAL_FORMATS } from "../../audio/format.js";
import type { OpusFraming } from "../../audio/opus-framing.js";
import type { CallEvent, Observer } from "../../call/events.js";
import type { Clock } from "../../clock.js";
import { BrowserPhone, type PhoneUser } from "../../devices/browser-phone/browser-phone.js";
import type { ToPage } from "../../devices/browser-phone/messages.js";
import { BridgeError } from "../../errors.js";
import { CaptureQueue } from "../../simulate/capture-queue.js";
import { LiveControls } from "../../simulate/live-controls.js";
import { LIVE_FRAME_SAMPLES, LiveVoice } from "../../simulate/live-voice.js";
import { type CallOptions, type CallResult, placeCall } from "../../simulate/place-call.js";

export interface BrowserCallsSettings {
  /** The address that the page's server listens on. */
  readonly host: string;
  readonly tls: boolean;
  readonly clock: Clock;
  /** How each call is placed; asked for when it is. */
  readonly call: () => Omit<CallOptions, "script" | "observers" | "signal" | "clock">;
  /** Who is called, for people. */
  readonly endpoint: string;
  readonly encoding: Encoding;
  /** The format cannot be chosen. */
  readonly fixed: boolean;
  readonly opusFraming: OpusFraming;
  /** Why the page shows no transcript; undefined where `overhear` may bring one. */
  readonly noTranscript: string | undefined;
  /** The observers of the caller's side of one call. */
  readonly observe?: () => readonly Observer[];
  /** A call is over, or did not begin. */
  readonly ended?: (result: CallResult | BridgeError) => void;
  /** The page was closed; `link` opens the phone anew. */
  readonly left: (link: string) => void;
  /** Sound had gaps at the page, or the like. */
  readonly warn: (code: string, message: string) => void;
}

interface Ongoing {
  readonly stop: AbortController;
  readonly microphone: CaptureQueue;
  readonly done: Promise<void>;
  controls: LiveControls | undefined;
  callId: string | undefined;
  underruns: number;
  concealedMs: number;
}

export class BrowserCalls implements PhoneUser {
  readonly phone: BrowserPhone;
  readonly #settings: BrowserCallsSettings;
  #ongoing: Ongoing | undefined;

  constructor(settings: BrowserCallsSettings) {
    this.#settings = settings;
    this.phone = new BrowserPhone({ ...settings, user: this });
  }

  /** Calls that are up: 0 or 1. */
  get running(): number {
    return this.#ongoing ? 1 : 0;
  }

  /** For the server's side of any call: passes on what is said in ours. */
  overhear(): Observer {
    let isOurs = false;
    return (event) => {
      // The caller learns that the call has begun before its endpoint does.
      if (event.type === "call-started") isOurs = event.info.callId === this.#ongoing?.callId;
      if (isOurs && event.type === "transcript")
        this.phone.tell({ type: "transcript", who: event.who, text: event.text.slice(0, 4000) });
    };
  }

  welcome(): ToPage {
    const { endpoint, encoding, fixed, noTranscript } = this.#settings;
    return { type: "welcome", endpoint, encoding, fixed, ...(noTranscript && { noTranscript }) };
  }

  call(encoding: Encoding): void {
    if (this.#ongoing) {
      const detail = "The call before is still being hung up.";
      this.phone.tell({ type: "ended", ok: false, detail, fix: "Call again." });
      return;
    }
    const stop = new AbortController();
    const microphone = new CaptureQueue(LIVE_FRAME_SAMPLES);
    const done = Promise.resolve().then(() => this.#place(encoding, stop.signal));
    this.#ongoing = {
      stop,
      microphone,
      done,
      controls: undefined,
      callId: undefined,
      underruns: 0,
      concealedMs: 0,
    };
  }

  audio(samples: Int16Array): void {
    const call = this.#ongoing;
    if (call?.callId !== undefined) call.microphone.push(samples);
  }

  key(digit: string): void {
    this.#ongoing?.controls?.press(digit);
  }

  hangUp(): void {
    const call = this.#ongoing;
    if (call?.callId === undefined) call?.stop.abort(new Error("hung up"));
    else call.controls?.hangUp();
  }

  sound(underruns: number, concealedMs: number): void {
    if (this.#ongoing) Object.assign(this.#ongoing, { underruns, concealedMs });
  }

  left(): void {
    this.#settings.left(this.phone.link);
  }

  /** Hangs up, and resolves when that is done. */
  async finish(): Promise<void> {
    this.hangUp();
    await this.#ongoing?.done;
  }

  async #place(encoding: Encoding, signal: AbortSignal): Promise<void> {
    const { clock, observe, ended, fixed, opusFraming } = this.#settings;
    const call = this.#ongoing as Ongoing;
    const format = PORTAL_FORMATS[fixed ? this.#settings.encoding : encoding];
    this.phone.tell({ type: "calling" });
    try {
      const voice = await LiveVoice.open(() => call.microphone.take(), format, opusFraming);
      call.controls = new LiveControls(voice, { heard: (samples) => this.phone.play(samples) });
      const observers = [(event: CallEvent) => this.#observe(event), ...(observe?.() ?? [])];
      const options = { ...this.#settings.call(), script: call.controls, observers, signal, clock };
      const result = await placeCall(options);
      this.#soundWarning(call);
      this.#ongoing = undefined;
      this.phone.tell({ type: "ended", ok: result.ok, detail: words(result) });
      ended?.(result);
    } catch (error) {
      this.#ongoing = undefined;
      if (error === signal.reason && signal.aborted) {
        this.phone.tell({ type: "ended", ok: true, detail: "you hung up before anybody answered" });
      } else if (error instanceof BridgeError) {
        this.phone.tell({ type: "ended", ok: false, detail: error.message, fix: error.fix });
        ended?.(error);
      } else throw error;
    }
  }

  #observe(event: CallEvent): void {
    const { phone } = this;
    switch (event.type) {
      case "call-started":
        (this.#ongoing as Ongoing).callId = event.info.callId;
        phone.tell({ type: "answered", format: formatName(event.info.format) });
        break;
      case "greeting":
        phone.tell({ type: "greeting", greetingMs: event.greetingMs });
        break;
      case "turn":
        phone.tell({ type: "turn", firstAudioMs: event.firstAudioMs });
        break;
      case "dtmf":
        phone.tell({ type: "key", digit: event.digit });
        break;
      case "warning":
        phone.tell({ type: "warning", message: event.message });
    }
  }

  #soundWarning({ underruns, concealedMs }: Ongoing): void {
    if (underruns === 0) return;
    const ms = Math.round(concealedMs);
    const gaps = underruns === 1 ? "a gap" : `${underruns} gaps`;
    this.#settings.warn("speaker-underrun", `the browser phone heard ${gaps} of ${ms} ms in all`);
  }
}

function words({ reason, detail }: CallResult): string {
  return reason === "hung-up" ? "you hung up" : detail;
}
