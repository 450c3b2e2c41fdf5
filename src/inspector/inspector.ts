/** The inspector: a page of this computer only that shows the calls of the server, and the saved ones, while they come. */
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import { WebSocketServer } from "ws";
import { loadOpus, type OpusModule } from "../audio/opus.js";
import type { Observer } from "../call/events.js";
import type { Clock, Timer } from "../clock.js";
import { foreignRequest, PhoneAccess } from "../devices/browser-phone/access.js";
import { answer, bodyOf } from "../devices/browser-phone/answer.js";
import { PAGE_HEADERS } from "../devices/browser-phone/page-files.js";
import { isFromHere } from "../from-here.js";
import { personal } from "../report/personal.js";
import { safeText } from "../report/safe-text.js";
import { refusal, refuse } from "../websocket/refuse.js";
import { LiveCalls } from "./live-calls.js";
import { type FromPage, MAX_PAGE_MESSAGE_BYTES, type ToPage } from "./messages.js";
import { type PageDocument, pageDocument } from "./page-document.js";
import { MOST_PAGES, type Page, Pages } from "./pages.js";
import { type OwnEndpoint, Replays } from "./replays.js";
import { SavedCalls } from "./saved-calls.js";
import { sendSaved } from "./saved-files.js";
import { TestCalls } from "./test-calls.js";

/** The browser phone that stands beside the page. */
export interface Phone {
  readonly link: string;
  request(request: IncomingMessage, response: ServerResponse): boolean;
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): boolean;
  close(): void;
}

export interface InspectorSettings {
  readonly clock: Clock;
  readonly version: string;
  /** The agent as people know it. */
  readonly agent: string;
  readonly showPersonal: boolean;
  /** Where calls that start now are saved; undefined while they are not. */
  readonly recordings: () => string | undefined;
  /** How the server itself is called, once it listens. */
  readonly endpoint: () => OwnEndpoint;
  readonly phone: Phone;
  /** The page was closed: `link` opens it anew. */
  readonly left: (link: string) => void;
}

const OWN = { host: "127.0.0.1", tls: false } as const;
const PROTOCOL = "smartpbx-inspector";
/** How often the folder of the recordings is looked at while a page is open: others write there too. */
const LOOK_EVERY_MS = 3000;
/** A recording is complete soon after its call. */
const COMPLETE_WITHIN_MS = 400;

export class Inspector {
  readonly #settings: InspectorSettings;
  readonly #access = new PhoneAccess();
  readonly #sockets = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    clientTracking: false,
    maxPayload: MAX_PAGE_MESSAGE_BYTES,
    handleProtocols: (offered) => offered.has(PROTOCOL) && PROTOCOL,
  });
  readonly #calls: LiveCalls;
  readonly #pages: Pages;
  /** From when calls were saved for the first time. */
  #saved: SavedCalls | undefined;
  #saves = false;
  readonly #replays: Replays;
  readonly #tests: TestCalls;
  #document: PageDocument | undefined;
  #opus: OpusModule | undefined;
  #looking: Timer | undefined;

  constructor(settings: InspectorSettings) {
    this.#settings = settings;
    const { clock, showPersonal, endpoint } = settings;
    this.#calls = new LiveCalls({
      clock,
      personal: personal(showPersonal),
      opus: () => this.#opus,
      isWatched: () => this.#pages.count > 0,
      changed: () => this.#pages.changed(),
      ended: () => this.#lookAfter(COMPLETE_WITHIN_MS),
    });
    this.#pages = new Pages({
      clock,
      calls: this.#calls,
      greet: () => this.#greeting(),
      asked: (message, page) => this.#do(message, page),
      left: () => {
        this.#access.renew();
        settings.left(this.link);
      },
    });
    const tell = (message: ToPage) => this.#pages.tell(message);
    this.#replays = new Replays({ clock, endpoint, tell: (state) => tell({ type: "replay", ...state }) });
    this.#tests = new TestCalls({ clock, endpoint, told: (ok, text) => tell({ type: "note", ok, text }) });
    void loadOpus().then(
      (opus) => (this.#opus = opus),
      () => {},
    );
  }

  /** What to open behind the server's address. Holds the token: secret, good once. */
  get link(): string {
    return `/#${this.#access.token}`;
  }

  /** For one new call of the server. */
  observe(call: { hangUp(): void }): Observer[] {
    return [this.#calls.observe(() => call.hangUp()), this.#replays.overhear()];
  }

  /** The browser phone has another link. */
  phoneChanged(): void {
    this.#pages.tell({ type: "phone", link: this.#settings.phone.link });
  }

  request(request: IncomingMessage, response: ServerResponse): void {
    const { method = "" } = request;
    const path = (request.url ?? "/").split("?", 1)[0]!;
    if (!isFromHere(request)) answer(response, 421, "The inspector is for this computer only.\n");
    else if (this.#settings.phone.request(request, response)) return;
    else if (path === "/session" && method === "POST") void this.#openSession(request, response);
    else if (method !== "GET" && method !== "HEAD") answer(response, 405, "Not allowed.\n");
    else if (path === "/") this.#sendPage(String(request.headers.host), response);
    else if (!path.startsWith("/saved/") || !this.#saved || !sendSaved(path.slice(6), this.#saved, response))
      answer(response, 404, "Not found.\n");
  }

  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    socket.on("error", () => socket.destroy());
    const isHere = isFromHere(request);
    if (isHere && this.#settings.phone.upgrade(request, socket, head)) return;
    const keys = String(request.headers["sec-websocket-protocol"] ?? "").split(",");
    const mayEnter =
      isHere &&
      request.url === "/calls" &&
      this.#pages.count < MOST_PAGES &&
      !foreignRequest(request, OWN) &&
      keys.some((key) => this.#access.admits(key.trim()));
    if (mayEnter) this.#sockets.handleUpgrade(request, socket, head, (page) => this.#arrive(page));
    else refuse(socket, refusal(403));
  }

  async close(): Promise<void> {
    this.#looking?.cancel();
    this.#pages.close();
    this.#settings.phone.close();
    await Promise.all([this.#replays.close(), this.#tests.close(), this.#saved?.close()]);
  }

  #arrive(page: Parameters<Pages["add"]>[0]): void {
    this.#pages.add(page);
    this.#lookAfter(0);
  }

  #sendPage(host: string, response: ServerResponse): void {
    this.#document ??= pageDocument();
    response.writeHead(200, {
      ...PAGE_HEADERS,
      "Content-Security-Policy": this.#document.policy(host),
      "Content-Type": "text/html; charset=utf-8",
      "Content-Length": Buffer.byteLength(this.#document.html),
    });
    response.end(this.#document.html);
  }

  /** A page shows its link's token, or the key that it was given for one. */
  async #openSession(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (foreignRequest(request, OWN)) return answer(response, 403, "Forbidden.\n");
    const shown = await bodyOf(request).catch(() => undefined);
    if (shown === undefined) return answer(response, 413, "Too much.\n");
    const admission = this.#access.admits(shown) ? { state: "opened", key: shown } : this.#access.open(shown);
    answer(response, 200, JSON.stringify(admission), "application/json");
  }

  /** Saving may have been switched on or off since: a key in the terminal does that. */
  #followRecordings(): void {
    const { recordings, showPersonal, version } = this.#settings;
    const directory = recordings();
    const tell = (message: ToPage) => this.#pages.tell(message);
    if (directory !== undefined)
      this.#saved ??= new SavedCalls({
        directory,
        showPersonal,
        version,
        listed: (calls, total) => tell({ type: "saved", calls, total }),
        learned: (id, problems) => tell({ type: "problems", id, problems }),
      });
    const saves = directory !== undefined;
    if (saves !== this.#saves) tell({ type: "saves", saves });
    this.#saves = saves;
  }

  #greeting(): ToPage[] {
    this.#followRecordings();
    const { agent, clock, endpoint, phone, showPersonal, version } = this.#settings;
    const saved = this.#saved;
    return [
      {
        type: "welcome",
        version,
        agent: safeText(agent),
        url: endpoint().url,
        saves: this.#saves,
        showPersonal,
        phone: phone.link,
        now: clock.wallMs(),
      },
      ...(saved ? [{ type: "saved", calls: saved.calls, total: saved.total } as const] : []),
      ...this.#replays.states.map((state) => ({ type: "replay", ...state }) as const),
    ];
  }

  #do(message: FromPage, page: Page): void {
    if (message.type === "hang-up") {
      if (!this.#calls.hangUp(message.n)) page.tell({ type: "note", ok: false, text: "That call is over." });
    } else if (message.type === "test-call") this.#tests.place();
    else if (message.type === "stop-replay") this.#replays.stop(message.id);
    else if (message.type === "replay") this.#replay(message.id, page);
  }

  #replay(id: string, page: Page): void {
    const found = this.#saved?.find(id);
    const refuse = (text: string) => page.tell({ type: "note", ok: false, text });
    if (!found) refuse("That recording is not there any more.");
    else if (found.call.facts.state !== "closed") refuse("Only a call that is complete can be replayed.");
    else if (!this.#replays.start(found.call, found.folder))
      refuse("Another call is being replayed: wait for its end.");
  }

  /** Nobody looks: nothing is read. */
  #lookAfter(ms: number): void {
    if (this.#pages.count === 0) return;
    this.#looking?.cancel();
    this.#looking = this.#settings.clock.setTimer(() => {
      this.#followRecordings();
      this.#saved?.look();
      this.#lookAfter(LOOK_EVERY_MS);
    }, ms);
  }
}
