/** Where a Pipecat bot is: at the given address, or where its runner's `POST /start` says; and how a token is shown. */
import { BridgeError } from "../../errors.js";
import type { CallInfo } from "../../protocol/messages.js";
import { askVendor } from "../wire/vendor.js";

export type TokenPlace = "header" | "query" | "path";

export interface BotAddress {
  /** A `ws://` or `wss://` URL. It may hold a token: never shown. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

export interface BotRequest {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** From the environment. */
  readonly token: string | undefined;
  readonly tokenPlace: TokenPlace;
  readonly origin: string | undefined;
  readonly call: CallInfo;
  readonly signal: AbortSignal;
}

/**
 * Asks the runner where to connect, if the URL is its `http(s)` address. The runner's answer may bring a token for this one
 * call.
 * @throws BridgeError `agent-refused` or `agent-unreachable`, or the signal's reason.
 */
export async function locateBot(request: BotRequest): Promise<BotAddress> {
  const { url, token, tokenPlace, origin } = request;
  const fromOrigin: Record<string, string> = origin === undefined ? {} : { Origin: origin };
  const headers = { ...request.headers, ...fromOrigin };
  if (!/^https?:/i.test(url)) return withToken({ url, headers }, token, tokenPlace);
  const { callId, accountId, caller, callee } = request.call;
  const { wsUrl, token: callToken } = await askVendor(url, {
    method: "POST",
    headers: token === undefined ? headers : bearing(headers, token),
    body: { transport: "websocket", body: { callId, accountId, caller, callee } },
    signal: request.signal,
  });
  const bot = readUrl(wsUrl, url);
  // The address is the runner's choice: what is secret goes on only to the host that was given.
  const own = bot.host === new URL(url).host ? headers : fromOrigin;
  const shown = typeof callToken === "string" && callToken !== "" ? callToken : undefined;
  return withToken({ url: bot.href, headers: own }, shown, tokenPlace);
}

function readUrl(wsUrl: unknown, asked: string): URL {
  if (typeof wsUrl === "string" && /^wss?:/i.test(wsUrl) && URL.canParse(wsUrl)) {
    const url = new URL(wsUrl);
    url.hash = "";
    return url;
  }
  const { protocol, host } = new URL(asked);
  throw new BridgeError("agent-refused", `The Pipecat runner at ${protocol}//${host} named no WebSocket`, {
    fix: 'Its answer needs "wsUrl": start the bot with -t websocket, or give its ws:// address itself',
  });
}

function withToken(bot: BotAddress, token: string | undefined, place: TokenPlace): BotAddress {
  if (token === undefined) return bot;
  if (place === "header") return { ...bot, headers: bearing(bot.headers, token) };
  const url = new URL(bot.url);
  if (place === "query") url.searchParams.set("token", token);
  else url.pathname = `${url.pathname.replace(/\/$/, "")}/${encodeURIComponent(token)}`;
  return { ...bot, url: url.href };
}

function bearing(headers: Readonly<Record<string, string>>, token: string) {
  // What no header can hold is no token; Node would refuse it with an error that repeats it.
  if (/^[\x21-\x7e]+$/.test(token)) return { ...headers, Authorization: `Bearer ${token}` };
  throw new BridgeError("agent-refused", "The Pipecat token has characters that no token has", {
    fix: "Check PIPECAT_TOKEN, or the token that the runner gives",
  });
}
