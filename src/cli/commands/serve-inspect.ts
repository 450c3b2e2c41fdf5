/** `serve --inspect`: a page of this computer only that shows the server's calls, and a browser phone to call it with. */
import type { BridgeServer, ServerSettings } from "../../bridge/server.js";
import { Inspector } from "../../inspector/inspector.js";
import { type InspectorServer, serveInspector } from "../../inspector/inspector-server.js";
import type { Reporter } from "../../report/reporter.js";
import type { Io } from "../ui/io.js";
import { version } from "../version.js";
import type { Auth } from "./access.js";
import { BrowserCalls } from "./browser-calls.js";

export interface ServedInspector {
  /** For the server's side of every call. */
  readonly observe: ServerSettings["observe"];
  /** The server listens now. @throws BridgeError `cannot-listen` */
  announce(server: BridgeServer): Promise<void>;
  close(): Promise<void>;
}

export interface InspectSettings {
  readonly auth: Auth | undefined;
  /** The agent as people know it. */
  readonly agent: string;
  /** Where calls that start now are saved. */
  readonly recordings: () => string | undefined;
  readonly showPersonal: boolean;
  /** Of the server; 0 for any. */
  readonly port: number;
}

const LOOPBACK = "127.0.0.1";

export function inspectorOn(settings: InspectSettings, reporter: Reporter, { clock }: Io): ServedInspector {
  const { auth, agent, recordings, showPersonal, port } = settings;
  let url = "";
  let served: InspectorServer | undefined;
  const headers = auth && { [auth.header]: auth.token };
  const own = () => ({ url, isSelf: true, ...(headers && { headers }) });
  const calls = new BrowserCalls({
    host: LOOPBACK,
    tls: false,
    clock,
    call: own,
    endpoint: agent,
    encoding: "g711_ulaw",
    fixed: false,
    opusFraming: "raw",
    noTranscript: undefined,
    left: () => inspector.phoneChanged(),
    warn: (code, message) => reporter.warning(code, message),
  });
  const announceLink = (link: string) => reporter.inspector(`${served?.url}${link}`);
  const inspector: Inspector = new Inspector({
    clock,
    version: version(),
    agent,
    showPersonal,
    recordings,
    endpoint: () => ({ ...own(), endpoint: agent }),
    phone: calls.phone,
    left: announceLink,
  });
  return {
    observe: (call) => [...inspector.observe(call), calls.overhear()],
    async announce(server) {
      url = server.url;
      // Found again at the same place after a restart.
      served = await serveInspector(inspector, port === 0 || port === 65_535 ? 0 : port + 1);
      announceLink(inspector.link);
    },
    close: async () => served?.close(),
  };
}
