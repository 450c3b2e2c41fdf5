/** One connection to Gemini, from its setup to its close. A call may need several, one after the other. */
import type { LegEvent } from "../../call/leg.js";
import { BridgeError } from "../../errors.js";
import { Handshake } from "../wire/handshake.js";
import { type JsonObject, parseObject } from "../wire/json.js";
import { AgentSocket } from "../wire/socket.js";

export interface GeminiAddress {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Key or token: hidden in whatever the vendor says. */
  readonly secret: string;
  /** Where the secret came from, for people. */
  readonly secretFrom: string;
}

export interface GeminiLinkOptions {
  readonly address: GeminiAddress;
  /** The first message. */
  readonly setup: string;
  readonly bytesPerMs: number;
  readonly signal: AbortSignal;
  /** Everything but the setup's answer. */
  onMessage(link: GeminiLink, message: JsonObject): void;
  onMalformed(): void;
  /** `congested` at any time; `closed` once, unless we closed it or it never became ready. */
  onEvent(link: GeminiLink, event: LegEvent): void;
}

export class GeminiLink {
  readonly #socket: AgentSocket;
  readonly #handshake: Handshake;
  readonly #options: GeminiLinkOptions;

  constructor(options: GeminiLinkOptions) {
    this.#options = options;
    const { address, signal, bytesPerMs } = options;
    this.#handshake = new Handshake("Gemini", (event) => options.onEvent(this, event));
    this.#socket = new AgentSocket({
      url: address.url,
      headers: address.headers,
      signal,
      bytesPerMs,
      emit: (event) => this.#event(event),
      onText: (text) => this.#read(text),
      // The vendor sends its JSON in binary frames.
      onBytes: (bytes) => this.#read(bytes.toString()),
    });
  }

  /**
   * Resolves when Gemini takes audio.
   * @throws BridgeError `agent-refused` or `agent-unreachable`, or the signal's reason.
   */
  async ready(): Promise<void> {
    const { address, setup, signal } = this.#options;
    const setUp = this.#socket.opened.then(() => this.#socket.sendControl(setup));
    setUp.catch(() => {});
    try {
      await this.#handshake.through(this.#socket, signal);
    } catch (error) {
      if (!(error instanceof BridgeError) || !/ HTTP 40[13]$/.test(error.message)) throw error;
      throw new BridgeError(error.code, error.message, { fix: `Check ${address.secretFrom}`, cause: error });
    }
  }

  sendAudio(text: string, ms: number): void {
    this.#socket.sendAudio(text, ms);
  }

  sendControl(text: string): void {
    this.#socket.sendControl(text);
  }

  close(code: number, reason: string): void {
    this.#socket.close(code, reason);
  }

  #read(text: string): void {
    const message = parseObject(text);
    if (!message) {
      this.#options.onMalformed();
      return;
    }
    if (message.setupComplete) this.#handshake.ready();
    this.#options.onMessage(this, message);
  }

  #event(event: LegEvent): void {
    if (event.type !== "closed") {
      this.#options.onEvent(this, event);
      return;
    }
    const { secret, secretFrom } = this.#options.address;
    // There is no message for errors: what is wrong stands in the reason of the close.
    const reason = secret ? event.reason.replaceAll(secret, "…") : event.reason;
    if (this.#handshake.isOver) this.#options.onEvent(this, { ...event, reason });
    else this.#handshake.refuse(`refused the session: ${reason}`, fixFor(reason, secretFrom));
  }
}

function fixFor(reason: string, secretFrom: string): string {
  if (/api key|credential|auth|permission|token/i.test(reason)) return `Check ${secretFrom}`;
  if (/model|not found/i.test(reason))
    return "Check the option model, and whether apiVersion has it: --agent-option model=…";
  if (/quota|billing|exhausted/i.test(reason)) return "Check the quota and the billing of the project";
  return "Check the options of gemini; the reason is the vendor's own";
}
