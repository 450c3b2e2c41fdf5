/** `serve --phone`: a browser phone on the server itself, which calls the server's own media path. */
import type { Beside, BridgeServer } from "../../bridge/server.js";
import type { Observer } from "../../call/events.js";
import type { Reporter } from "../../report/reporter.js";
import type { Io } from "../ui/io.js";
import type { Auth, Tls } from "./access.js";
import { BrowserCalls } from "./browser-calls.js";

export interface ServedPhone {
  readonly beside: Beside;
  /** For the server's side of every call. */
  overhear(): Observer;
  /** The server listens now. */
  announce(server: BridgeServer): void;
}

export function phoneOn(
  { host, auth, tls, agent }: { host: string; auth: Auth | undefined; tls: Tls | undefined; agent: string },
  reporter: Pick<Reporter, "phone" | "warning">,
  { clock }: Io,
): ServedPhone {
  let url = "";
  const page = (link: string) => `${tls ? "https" : "http"}://${new URL(url).host}${link}`;
  const calls = new BrowserCalls({
    host,
    tls: tls !== undefined,
    clock,
    call: () => ({ url, isSelf: true, headers: auth && { [auth.header]: auth.token } }),
    endpoint: agent,
    encoding: "g711_ulaw",
    fixed: false,
    opusFraming: "raw",
    noTranscript: undefined,
    left: (link) => reporter.phone(page(link)),
    warn: (code, message) => reporter.warning(code, message),
  });
  const { phone } = calls;
  return {
    beside: {
      request: (request, response) => phone.request(request, response),
      upgrade: (request, socket, head) => phone.upgrade(request, socket, head),
      close: () => phone.close(),
    },
    overhear: () => calls.overhear(),
    announce: (server) => {
      url = server.url;
      reporter.phone(page(phone.link));
    },
  };
}
