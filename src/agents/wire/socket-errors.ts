/** Why an agent could not be connected, in words that say what to do. No path, query or header is ever repeated. */
import { BridgeError } from "../../errors.js";

const CREDENTIALS =
  "It wants other credentials: check the agent's request headers (--agent-header) and the key on its side";

const REFUSED: Readonly<Record<number, string>> = {
  401: CREDENTIALS,
  403: CREDENTIALS,
  404: "Nothing answers at this path: check the path of the agent's URL",
  426: "Something answers there, but not this WebSocket: check the port and the path",
  429: "It takes no more calls now: check its limits, or take fewer calls with --max-calls",
  503: "It is full or starting up: try again, or take fewer calls with --max-calls",
};

/** The agent's server answered the upgrade request with an HTTP status instead of a WebSocket. */
export function refused(status: number, url: string): BridgeError {
  return new BridgeError("agent-refused", `The agent at ${place(url)} refused the call with HTTP ${status}`, {
    fix: REFUSED[status] ?? fixForClass(status),
  });
}

function fixForClass(status: number): string {
  if (status < 300) return "That address answers web requests, not WebSockets: check the port and the path";
  if (status < 400) return "It redirects: use the address it leads to";
  if (status < 500) return "Check the path and the query of the agent's URL";
  return "Its server failed: look at the agent's own log";
}

const UNREACHABLE: Readonly<Record<string, readonly [what: string, fix: string]>> = {
  ECONNREFUSED: ["nothing listens there", "Start the agent, or check the host and port of its URL"],
  ENOTFOUND: ["the host name is not known", "Check the host name in the agent's URL"],
  EAI_AGAIN: ["the host name cannot be looked up now", "Check this computer's network and DNS"],
  ECONNRESET: ["the connection was cut", "Check whether the agent wants wss:// instead of ws://"],
  ETIMEDOUT: ["nothing answers", "Check the host and port, and any firewall between"],
  EHOSTUNREACH: ["there is no way to the host", "Check this computer's network"],
  ENETUNREACH: ["there is no way to the network", "Check this computer's network"],
  EPROTO: ["TLS failed", "Check whether the agent wants ws:// instead of wss://"],
};

/** No answer that could be used came from the agent's address. */
export function unreachable(error: NodeJS.ErrnoException, url: string): BridgeError {
  const [what, fix] = explain(error);
  return new BridgeError("agent-unreachable", `The agent at ${place(url)} cannot be reached: ${what}`, {
    fix,
    cause: error,
  });
}

function explain({ code = "", message }: NodeJS.ErrnoException): readonly [string, string] {
  const known = UNREACHABLE[code];
  if (known) return known;
  if (/WRONG_VERSION|SSL_/.test(code)) return UNREACHABLE.EPROTO;
  if (/CERT|SELF_SIGNED|UNABLE_TO/.test(code)) {
    return ["its certificate is not trusted", "Name its certificate authority in NODE_EXTRA_CA_CERTS"];
  }
  if (/Sec-WebSocket|Upgrade header|Parse Error/.test(message)) {
    return ["what answers there is no WebSocket server", "Check the host and port of the agent's URL"];
  }
  return [code || "the connection failed", "Check the agent's URL, and that the agent runs"];
}

function place(url: string): string {
  const { protocol, host } = new URL(url);
  return `${protocol}//${host}`;
}
