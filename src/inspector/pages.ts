/** The pages that are open: each is told what has changed, ten times a second at most, and one that does not read is left. */
import type { WebSocket } from "ws";
import type { Clock, Timer } from "../clock.js";
import { moreThan } from "../devices/browser-phone/message-rate.js";
import type { Changes, LiveCalls } from "./live-calls.js";
import type { FromPage, ToPage } from "./messages.js";
import { readPageMessage } from "./messages.js";

/** Nobody looks at more. */
export const MOST_PAGES = 8;
const UPDATE_EVERY_MS = 100;
/** What may wait for a page that does not read. */
const MAX_WAITING_BYTES = 4 * 1024 * 1024;
/** Nobody presses buttons this fast. */
const MAX_MESSAGES_PER_S = 50;
/** A page is asked this often whether it is still there: a computer that sleeps closes nothing. */
const ASK_EVERY_MS = 15_000;
/** A page that is loaded again is back within this time. */
const RELOAD_MS = 4000;
/** Our own close code, which the page has words for. */
const NOT_OUR_PAGE = 4400;

/** The little of a WebSocket that is used here. */
export type PageSocket = Pick<
  WebSocket,
  "send" | "close" | "terminate" | "ping" | "on" | "readyState" | "bufferedAmount"
>;

export interface PagesSettings {
  readonly clock: Clock;
  readonly calls: LiveCalls;
  /** A page is there: it is told what there is. */
  readonly greet: () => readonly ToPage[];
  readonly asked: (message: FromPage, page: Page) => void;
  /** The last page was closed, and not just loaded again. */
  readonly left: () => void;
}

export interface Page {
  tell(message: ToPage): void;
}

class OpenPage implements Page {
  /** The call whose lines it shows, and how many of them it has. */
  watched: { readonly n: number; have: number; isNew: boolean } | undefined;
  #isThere = true;
  readonly #socket: PageSocket;

  constructor(socket: PageSocket) {
    this.#socket = socket;
    socket.on("pong", () => {
      this.#isThere = true;
    });
  }

  tell(message: ToPage): void {
    const socket = this.#socket;
    if (socket.readyState !== 1) return;
    if (socket.bufferedAmount > MAX_WAITING_BYTES) socket.terminate();
    else socket.send(JSON.stringify(message));
  }

  ask(): void {
    if (this.#isThere) this.#socket.ping();
    else this.#socket.terminate();
    this.#isThere = false;
  }

  close(code: number, reason: string): void {
    this.#socket.close(code, reason);
  }
}

export class Pages {
  readonly #settings: PagesSettings;
  readonly #open = new Set<OpenPage>();
  #update: Timer | undefined;
  #asking: Timer | undefined;
  #leaving: Timer | undefined;

  constructor(settings: PagesSettings) {
    this.#settings = settings;
  }

  get count(): number {
    return this.#open.size;
  }

  /** Takes a page that may look. */
  add(socket: PageSocket): void {
    socket.on("error", () => socket.terminate());
    const page = new OpenPage(socket);
    const isTooMany = moreThan(MAX_MESSAGES_PER_S, this.#settings.clock);
    socket.on("message", (data, isBinary) => {
      const message = isBinary || isTooMany() ? undefined : readPageMessage(String(data));
      if (!message) return page.close(NOT_OUR_PAGE, "not our page");
      if (message.type === "watch") this.#watch(page, message.n);
      else this.#settings.asked(message, page);
    });
    socket.on("close", () => this.#remove(page));
    this.#leaving?.cancel();
    this.#open.add(page);
    this.#asking ??= this.#settings.clock.setTimer(() => this.#ask(), ASK_EVERY_MS);
    for (const message of this.#settings.greet()) page.tell(message);
    const { rows, unlisted } = this.#settings.calls;
    page.tell({ type: "update", rows, unlisted });
  }

  tell(message: ToPage): void {
    for (const page of this.#open) page.tell(message);
  }

  /** Something of the calls has changed: the pages will be told, soon. */
  changed(): void {
    if (this.#open.size === 0) return;
    this.#update ??= this.#settings.clock.setTimer(() => this.#tellChanges(), UPDATE_EVERY_MS);
  }

  close(): void {
    for (const timer of [this.#update, this.#asking, this.#leaving]) timer?.cancel();
    for (const page of this.#open) page.close(1001, "ended");
    this.#open.clear();
  }

  #tellChanges(): void {
    this.#update = undefined;
    const changes = this.#settings.calls.take();
    for (const page of this.#open) {
      const lines = this.#linesFor(page);
      page.tell({ type: "update", ...leftOut(changes), ...(lines && { lines }) });
    }
  }

  #watch(page: OpenPage, n: number): void {
    page.watched = { n, have: 0, isNew: true };
    this.changed();
  }

  #linesFor({ watched }: OpenPage): (ToPage & { type: "update" })["lines"] {
    const call = watched && this.#settings.calls.find(watched.n);
    if (!call || (watched.have === call.lineCount && !watched.isNew)) return undefined;
    const lines = { n: watched.n, all: watched.isNew, lines: call.linesFrom(watched.have) };
    watched.have = call.lineCount;
    watched.isNew = false;
    return lines;
  }

  #remove(page: OpenPage): void {
    if (!this.#open.delete(page) || this.#open.size > 0) return;
    this.#leaving = this.#settings.clock.setTimer(() => this.#settings.left(), RELOAD_MS);
  }

  #ask(): void {
    this.#asking = undefined;
    for (const page of this.#open) page.ask();
    if (this.#open.size > 0) this.#asking = this.#settings.clock.setTimer(() => this.#ask(), ASK_EVERY_MS);
  }
}

/** Without what is empty. */
function leftOut({ rows, gone, levels, unlisted }: Changes) {
  return {
    ...(rows.length > 0 && { rows }),
    ...(gone.length > 0 && { gone }),
    ...(levels.length > 0 && { levels }),
    unlisted,
  };
}
