/** A WebSocket to OpenAI or its like: opened, configured, and only then ready for audio. */
import type { LegEvent } from "../../call/leg.js";
import { BridgeError } from "../../errors.js";
import { printable } from "../../protocol/text.js";
import { type JsonObject, parseObject } from "../wire/json.js";
import { AgentSocket } from "../wire/socket.js";
import { withoutSecrets } from "./key.js";

export interface EventSocketOptions {
  readonly url: string;
  /** Secrets: never in a message. */
  readonly headers: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
  /** Bytes of a millisecond of audio on the wire. */
  readonly bytesPerMs: number;
  /** The client's first event. */
  readonly opening: object;
  /** Server events one of which must have come before `opening` may be sent; left out, it is sent at once. */
  readonly openedBy?: readonly string[];
  /** The server event after which audio may be sent. */
  readonly readyBy: string;
  /** What to do about a refusal in the vendor's words. */
  readonly fix: string;
  /** Told `congested`, `warning` and, once ready, `closed`. */
  readonly emit: (event: LegEvent) => void;
  /** Every event, also those before the socket is ready. Must not throw. */
  readonly onEvent: (event: JsonObject) => void;
}

export class EventSocket {
  /** Rejects with a BridgeError, or with the signal's reason. */
  readonly ready: Promise<void>;
  readonly #options: EventSocketOptions;
  readonly #socket: AgentSocket;
  #settle: { resolve(): void; reject(reason: unknown): void } | undefined;
  #configured = false;

  constructor(options: EventSocketOptions) {
    this.#options = options;
    this.ready = new Promise((resolve, reject) => {
      this.#settle = { resolve, reject };
    });
    const { url, headers, signal, bytesPerMs } = options;
    this.#socket = new AgentSocket({
      url,
      headers,
      signal,
      bytesPerMs,
      emit: (event) => this.#report(event),
      onText: (text) => this.#read(text),
      onBytes: () => {},
    });
    this.#socket.opened.then(
      () => {
        if (!options.openedBy) this.#configure();
      },
      (error) => this.#settle?.reject(error),
    );
    const abort = () => this.#giveUp(signal.reason);
    signal.addEventListener("abort", abort, { once: true });
    const settled = () => {
      this.#settle = undefined;
      signal.removeEventListener("abort", abort);
    };
    this.ready.then(settled, settled);
  }

  /** @param ms how much audio the event holds. */
  sendAudio(text: string, ms: number): void {
    this.#socket.sendAudio(text, ms);
  }

  send(event: object): void {
    this.#socket.sendControl(JSON.stringify(event));
  }

  close(code: number, reason: string): void {
    this.#settle?.reject(new Error("closed"));
    this.#socket.close(code, reason);
  }

  #report(event: LegEvent): void {
    if (event.type === "closed" && this.#settle) this.#refuse(event.reason);
    else if (event.type === "closed") {
      this.#options.emit({ ...event, reason: withoutSecrets(event.reason, this.#options.headers) });
    } else this.#options.emit(event);
  }

  #read(text: string): void {
    const event = parseObject(text);
    if (!event) {
      const message = "the agent sent a text that is not a JSON object; it was ignored";
      this.#options.emit({ type: "warning", code: "agent-malformed", message });
      return;
    }
    if (this.#settle) {
      if (event.type === "error") {
        this.#refuse(vendorWords(event.error));
        return;
      }
      if (this.#options.openedBy?.includes(String(event.type))) this.#configure();
      else if (event.type === this.#options.readyBy) this.#becomeReady(this.#settle);
    }
    this.#options.onEvent(event);
  }

  #becomeReady({ resolve }: { resolve(): void }): void {
    this.#settle = undefined;
    resolve();
  }

  #configure(): void {
    if (this.#configured) return;
    this.#configured = true;
    this.send(this.#options.opening);
  }

  #refuse(words: string): void {
    const { host } = new URL(this.#options.url);
    const message = `The agent at ${host} refused the session: ${withoutSecrets(words, this.#options.headers)}`;
    this.#giveUp(new BridgeError("agent-refused", message, { fix: this.#options.fix }));
  }

  #giveUp(reason: unknown): void {
    this.#settle?.reject(reason);
    this.#settle = undefined;
    this.#socket.close(1000, "given up");
  }
}

/** A vendor's error as it may be shown: its message, or its code, without anything that looks like a key. */
export function vendorWords(error: unknown): string {
  const { message, code } = asObject(error);
  const words =
    typeof message === "string" && message ? message : String(code ?? "an error without a message");
  return printable(words, 300).replace(/\b(sk|ek|xai)-[\w*.-]{4,}/gi, "[key]");
}

export function asObject(value: unknown): JsonObject {
  return typeof value === "object" && value !== null ? (value as JsonObject) : {};
}
