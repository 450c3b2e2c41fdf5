/** A fake of ADK's own server: sessions over HTTP, and `/run_live` for those that were created. */
import type { IncomingMessage } from "node:http";
import type { WebSocket } from "ws";
import { AdkEventConnection } from "./fake-adk.js";
import { type FakeServer, type FakeServerOptions, fakeServer, jsonObject } from "./fake-server.js";

export interface FakeAdkLiveOptions extends FakeServerOptions {
  /** Answers the creation of every session with this HTTP status, and creates none. */
  readonly refuseSessions?: number;
  /** The agents that the server has. Default `my_agent`. */
  readonly apps?: readonly string[];
}

/** The fake server, and the sessions it has: `app/user/session`. */
export interface FakeAdkLive extends FakeServer<AdkLiveConnection> {
  readonly sessions: Set<string>;
  /** Headers of the requests that created sessions. */
  readonly created: readonly IncomingMessage["headers"][];
}

const SESSION = /^\/apps\/([^/]+)\/users\/([^/]+)\/sessions\/([^/?]+)/;

/** Starts a fake server. As the real one, it takes a WebSocket for an unknown session and closes it with 1002. */
export async function fakeAdkLive(options: FakeAdkLiveOptions = {}): Promise<FakeAdkLive> {
  const sessions = new Set<string>();
  const created: IncomingMessage["headers"][] = [];
  const server = await fakeServer(
    (socket, request) => new AdkLiveConnection(socket, request, sessions),
    options,
    (request, body) => {
      if (request.url === "/list-apps") return { status: 200, body: options.apps ?? ["my_agent"] };
      const path = SESSION.exec(request.url ?? "");
      if (options.refuseSessions) return { status: options.refuseSessions, body: { detail: "no" } };
      if (request.method !== "POST" || !path) return { status: 404, body: { detail: "Not Found" } };
      if (!isObject(body)) return { status: 422, body: { detail: "the body must be an object" } };
      created.push(request.headers);
      const [app, user, id] = path.slice(1).map(decodeURIComponent);
      const key = `${app}/${user}/${id}`;
      if (sessions.has(key)) return { status: 409, body: { detail: `Session already exists: ${id}` } };
      sessions.add(key);
      return { status: 200, body: { id, appName: app, userId: user, state: {}, events: [] } };
    },
  );
  return { ...server, sessions, created };
}

export class AdkLiveConnection extends AdkEventConnection {
  /** The query of the request. */
  readonly query: URLSearchParams;
  /** The distinct MIME types of the audio received. */
  readonly mimeTypes = new Set<string>();

  constructor(socket: WebSocket, request: IncomingMessage, sessions: ReadonlySet<string>) {
    super(socket, request);
    const { pathname, searchParams } = new URL(this.path, "ws://localhost");
    this.query = searchParams;
    const [app, user, id] = ["app_name", "user_id", "session_id"].map((name) => searchParams.get(name));
    if (!pathname.endsWith("/run_live")) this.fault(`no WebSocket at ${pathname}`);
    else if (request.headers.origin !== undefined) this.fault("an Origin header");
    else if (searchParams.getAll("modalities").join() !== "AUDIO") this.fault("modalities is not AUDIO");
    else if (!sessions.has(`${app}/${user}/${id}`)) this.close(1002, "Session not found");
  }

  /** The model's connection ends soon. */
  goAway(timeLeft = "50s"): void {
    this.event({ goAway: { timeLeft } });
  }

  // The real server goes deaf at an invalid message; a fake says so instead.
  protected override receiveText(text: string): void {
    const { blob, content, close, ...others } = jsonObject(text) as Request;
    if (Object.keys(others).length > 0) this.fault(`unknown fields: ${Object.keys(others)}`);
    else if (blob) this.#receiveAudio(blob);
    else if (content) this.#receiveContent(content);
    else if (close !== true) this.fault("no blob and no content");
  }

  #receiveAudio({ mime_type: mimeType, data }: NonNullable<Request["blob"]>): void {
    if (typeof mimeType !== "string" || typeof data !== "string") this.fault("mime_type or data is missing");
    else if (!/^audio\/pcm;rate=16000$/.test(mimeType)) this.fault(`audio is ${mimeType}`);
    else if (/[+/]/.test(data)) this.fault("data is not URL-safe base64");
    else {
      this.mimeTypes.add(mimeType);
      this.hear(Buffer.from(data, "base64url"));
    }
  }

  #receiveContent({ role, parts }: NonNullable<Request["content"]>): void {
    const text = parts?.[0]?.text;
    if (role !== "user" || typeof text !== "string") this.fault("content that is no text of the user");
    else this.texts.push(text);
  }
}

interface Request {
  readonly blob?: { readonly mime_type?: unknown; readonly data?: unknown };
  readonly content?: { readonly role?: unknown; readonly parts?: readonly { readonly text?: unknown }[] };
  readonly close?: unknown;
}

function isObject(text: string): boolean {
  return text.trimStart().startsWith("{");
}
