/** What a report is: it is told what happens in all calls and turns it into output. It cannot change a call. */
import type { MediaFormat } from "../audio/format.js";
import type { Observer } from "../call/events.js";

export interface Reporter {
  /** The server answers calls now. */
  listening(info: ListeningInfo): void;
  /** The browser phone waits to be opened at this address, which is good for one page. */
  phone(url: string): void;
  /** The inspector waits to be opened at this address, which is good once. */
  inspector(url: string): void;
  /** Gives the observer of one new call. */
  call(): Observer;
  /** The call's recording is complete. */
  recorded(callId: string, folder: string): void;
  /** Something odd that belongs to no call. `message` holds no personal data. */
  warning(code: string, message: string): void;
  /** A result on the way: `fields` are plain JSON data for programs, `text` is for people, a line or more. */
  step(type: string, fields: object, text: string): void;
  /** The results of a finished command: plain JSON data. */
  summary(summary: object): void;
}

export interface ListeningInfo {
  readonly url: string;
  readonly agent: string;
  /** Where Prometheus asks, if it has an address of its own. */
  readonly metricsUrl?: string | undefined;
  /** What the portal needs to know; absent where nothing is to be pasted there. */
  readonly portal?: PortalInfo;
}

export interface PortalInfo {
  /** The formats that the endpoint takes, the one to recommend first. */
  readonly media: readonly MediaFormat[];
  readonly host: string;
  /** The path of the media WebSocket. */
  readonly path: string;
  /** The header that carries the token, if there is one. Never its value. */
  readonly authHeader?: string;
  /** What goes into `websocket_url`, where it is known: `wss://HOST/media-stream`. */
  readonly publicUrl?: string;
}

/** Where text goes: a stream, or a string in a test. */
export interface Output {
  write(text: string): void;
}
