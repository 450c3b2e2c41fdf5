/** A phone whose microphone, speaker, keypad and screen are a page in a browser: at most one page at a time. */
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import { type RawData, type WebSocket, WebSocketServer } from "ws";
import { type Encoding, FRAME_MS } from "../../audio/format.js";
import type { Clock, Timer } from "../../clock.js";
import { refusal, refuse } from "../../websocket/refuse.js";
import { DEVICE_RATE_HZ } from "../device.js";
import { foreignHost, foreignRequest, PhoneAccess } from "./access.js";
import { answer, bodyOf } from "./answer.js";
import { moreThan } from "./message-rate.js";
import { MAX_PAGE_MESSAGE_BYTES, readPageMessage, type ToPage } from "./messages.js";
import { sendPageFile } from "./page-files.js";

/** Told what happens at the page. */
export interface PhoneUser {
  /** The page is there and shows nothing yet: it is told who would be called. */
  welcome(): ToPage;
  call(encoding: Encoding): void;
  /** 20 ms at 48 kHz. */
  audio(samples: Int16Array): void;
  key(digit: string): void;
  /** Also when the page is closed or broken in mid-call. */
  hangUp(): void;
  /** How the sound was heard. */
  sound(underruns: number, concealedMs: number): void;
  /** The page was closed, and not just loaded again. Its link has been replaced by a new one. */
  left(): void;
}

export interface BrowserPhoneSettings {
  readonly user: PhoneUser;
  readonly clock: Clock;
  /** The address that the server listens on, as it was given. */
  readonly host: string;
  readonly tls: boolean;
}

/** Where the page lies on its server. */
export const PHONE_PATH = "/phone";
const PROTOCOL = "smartpbx-phone";
const FRAME_BYTES = (DEVICE_RATE_HZ / 1000) * FRAME_MS * 2;
/** What may wait for a page that does not read: somewhat more than the longest audio that a caller keeps. */
const MAX_WAITING_BYTES = 8 * 1024 * 1024;
/** Fifty frames are due in a second; a computer that stood still catches up with more. Nobody presses keys this fast. */
const MAX_MESSAGES_PER_S = 600;
/** A page that is loaded again is back within this time. */
const RELOAD_MS = 4000;
/** A page is asked this often whether it is still there: a computer that sleeps closes nothing. */
const ASK_EVERY_MS = 15_000;
/** Close codes of our own, which the page has words for. */
const IN_USE = 4409;
const NOT_OUR_PAGE = 4400;

export class BrowserPhone {
  readonly #settings: BrowserPhoneSettings;
  readonly #access = new PhoneAccess();
  readonly #sockets = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    clientTracking: false,
    maxPayload: MAX_PAGE_MESSAGE_BYTES,
    handleProtocols: (offered) => offered.has(PROTOCOL) && PROTOCOL,
  });
  #page: WebSocket | undefined;
  #leaving: Timer | undefined;

  constructor(settings: BrowserPhoneSettings) {
    this.#settings = settings;
  }

  /** What to open behind the server's address. Holds the token: secret, good for one page. */
  get link(): string {
    return `${PHONE_PATH}#${this.#access.token}`;
  }

  tell(message: ToPage): void {
    this.#send(JSON.stringify(message));
  }

  /** Any number of samples at 48 kHz, heard after those before. */
  play(samples: Int16Array): void {
    this.#send(new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength));
  }

  /** Lets the page go: it says that the program has ended. */
  close(): void {
    this.#leaving?.cancel();
    this.#page?.close(1001, "ended");
    this.#page = undefined;
  }

  /** Answers a request that is for the phone. @returns false when it is not. */
  request(request: IncomingMessage, response: ServerResponse): boolean {
    const path = pathBelow(request);
    if (path === undefined) return false;
    const { method = "" } = request;
    if (foreignHost(request, this.#settings.host)) {
      answer(response, 421, "This phone is opened at the address that its program printed.\n");
    } else if (path === "/session" && method === "POST") {
      void this.#openSession(request, response);
    } else if (method !== "GET" && method !== "HEAD") answer(response, 405, "Not allowed.\n");
    else if (!sendPageFile(path, String(request.headers.host), response))
      answer(response, 404, "Not found.\n");
    return true;
  }

  /** Takes an upgrade that is for the phone. @returns false when it is not. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): boolean {
    const path = pathBelow(request);
    if (path === undefined) return false;
    socket.on("error", () => socket.destroy());
    const offered = String(request.headers["sec-websocket-protocol"] ?? "").split(",");
    const mayEnter =
      path === "/line" &&
      !foreignRequest(request, this.#settings) &&
      offered.some((key) => this.#access.admits(key.trim()));
    if (mayEnter) this.#sockets.handleUpgrade(request, socket, head, (page) => this.#arrive(page));
    else refuse(socket, refusal(403));
    return true;
  }

  /** A page shows its link's token, or the key that it was given for one: it learns how it stands. */
  async #openSession(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (foreignRequest(request, this.#settings)) return answer(response, 403, "Forbidden.\n");
    const shown = await bodyOf(request).catch(() => undefined);
    if (shown === undefined) return answer(response, 413, "Too much.\n");
    const admission = this.#access.admits(shown) ? { state: "opened", key: shown } : this.#access.open(shown);
    const isTaken = this.#page !== undefined && admission.state !== "refused";
    answer(response, 200, JSON.stringify(isTaken ? { state: "in-use" } : admission), "application/json");
  }

  #arrive(page: WebSocket): void {
    page.on("error", () => page.terminate());
    if (this.#page) {
      page.close(IN_USE, "in use");
      return;
    }
    this.#leaving?.cancel();
    this.#page = page;
    const { user, clock } = this.#settings;
    let isOpen = true;
    const leave = () => {
      if (!isOpen) return;
      isOpen = false;
      if (this.#page === page) this.#leave();
    };
    const isTooMany = moreThan(MAX_MESSAGES_PER_S, clock);
    const asking = this.#askAgainAndAgain(page);
    page.on("close", () => {
      asking.cancel();
      leave();
    });
    page.on("message", (data: RawData, isBinary) => {
      if (!isOpen) return;
      if (!isTooMany() && this.#take(data as Buffer, isBinary)) return;
      page.close(NOT_OUR_PAGE, "not our page");
      leave();
    });
    this.tell(user.welcome());
  }

  /** Cuts off a page that has not answered when it is asked the next time. */
  #askAgainAndAgain(page: WebSocket): Timer {
    const { clock } = this.#settings;
    let isThere = true;
    page.on("pong", () => {
      isThere = true;
    });
    const ask = () => {
      if (!isThere) return page.terminate();
      isThere = false;
      page.ping();
      timer = clock.setTimer(ask, ASK_EVERY_MS);
    };
    let timer = clock.setTimer(ask, ASK_EVERY_MS);
    return { cancel: () => timer.cancel() };
  }

  /** @returns false when our page would not have sent this. */
  #take(data: Buffer, isBinary: boolean): boolean {
    const { user } = this.#settings;
    if (isBinary) {
      if (data.length !== FRAME_BYTES) return false;
      user.audio(new Int16Array(new Uint8Array(data).buffer));
      return true;
    }
    const message = readPageMessage(data.toString());
    if (message?.type === "call") user.call(message.encoding);
    else if (message?.type === "hang-up") user.hangUp();
    else if (message?.type === "key") user.key(message.digit);
    else if (message?.type === "sound") user.sound(message.underruns, message.concealedMs);
    return message !== undefined;
  }

  #leave(): void {
    const { user, clock } = this.#settings;
    this.#page = undefined;
    user.hangUp();
    this.#leaving = clock.setTimer(() => {
      this.#access.renew();
      user.left();
    }, RELOAD_MS);
  }

  #send(data: string | Uint8Array): void {
    const page = this.#page;
    if (page?.readyState === 1 && page.bufferedAmount < MAX_WAITING_BYTES) page.send(data);
  }
}

/** The path below the phone's; undefined for what is not the phone's. */
function pathBelow(request: IncomingMessage): string | undefined {
  const path = (request.url ?? "/").split("?", 1)[0]!;
  if (path === PHONE_PATH) return "";
  return path.startsWith(`${PHONE_PATH}/`) ? path.slice(PHONE_PATH.length) : undefined;
}
