/** ADK's own server (`adk web`, `adk api_server`): a session is created over HTTP, then talks over `/run_live`. */

import { BridgeError } from "../errors.js";
import type { CallInfo } from "../protocol/messages.js";
import { onlyApp } from "./adk/apps.js";
import { AdkLiveSession } from "./adk/live-session.js";
import { defineAgent } from "./agent.js";
import { askVendor } from "./wire/vendor.js";

export const adkLive = defineAgent({
  name: "adk-live",
  summary: "a Google ADK agent in ADK's own server: adk api_server, or adk web",
  url: "required",
  schemes: ["http", "https"],
  example: "adk-live:http://127.0.0.1:8000",
  options: {
    app: {
      type: "string",
      help: "the agent's name, which is that of its folder; left out, the only one there is",
    },
    user: { type: "string", default: "smartpbx", help: "whose session it is" },
    session: {
      type: "string",
      help: "id of the session; left out, the callId, so that every call is a new one",
    },
    greeting: {
      type: "string",
      help: "text that is sent to the agent at the start, so that it speaks first",
    },
    resumption: {
      type: "boolean",
      default: true,
      help: "ask ADK to continue sessions with its model that end after ten minutes",
    },
    reconnect: {
      type: "boolean",
      default: true,
      help: "connect to the same session again when the connection breaks in mid-call",
    },
  },
  async connect({ options, url, headers, call, tools, emit, signal }) {
    const { user, resumption } = options;
    const base = new URL(url as string);
    const app = options.app || (await onlyApp(appsUrl(base), headers, signal));
    const place = { base, app, user, session: sessionOf(options.session, call) };
    await createSession(place, headers, signal);
    const session = new AdkLiveSession({
      url: liveUrl(place, resumption),
      headers,
      tools,
      reconnects: options.reconnect,
      adkResumes: resumption,
      emit,
    });
    await session.start(signal, options.greeting);
    return session;
  },
});

interface Place {
  readonly base: URL;
  readonly app: string;
  readonly user: string;
  readonly session: string;
}

function sessionOf(session: string | undefined, { callId }: CallInfo): string {
  return session || callId;
}

/** Without it, the server takes the WebSocket and closes it at once. A session that is there already is continued. */
async function createSession(
  { base, app, user, session }: Place,
  headers: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<void> {
  const url = new URL(base);
  url.pathname = under(base, `/apps/${segment(app)}/users/${segment(user)}/sessions/${segment(session)}`);
  try {
    await askVendor(url.href, { method: "POST", headers, body: {}, signal });
  } catch (error) {
    if (!(error instanceof BridgeError) || !/ HTTP 4(00|09)\b/.test(error.message)) throw error;
  }
}

function appsUrl(base: URL): string {
  const url = new URL(base);
  url.pathname = under(base, "/list-apps");
  return url.href;
}

function liveUrl({ base, app, user, session }: Place, resumption: boolean): string {
  const url = new URL(base);
  url.protocol = base.protocol === "https:" ? "wss:" : "ws:";
  url.pathname = under(base, "/run_live");
  url.searchParams.set("app_name", app);
  url.searchParams.set("user_id", user);
  url.searchParams.set("session_id", session);
  // Older servers would speak and write.
  url.searchParams.set("modalities", "AUDIO");
  if (resumption) url.searchParams.set("enable_session_resumption", "true");
  return url.href;
}

function under(base: URL, path: string): string {
  return `${base.pathname.replace(/\/+$/, "")}${path}`;
}

/** "." and ".." change a URL's path in every spelling. */
function segment(text: string): string {
  return /^\.{1,2}$/.test(text) ? "_".repeat(text.length) : encodeURIComponent(Buffer.from(text).toString());
}
