/** Makes an agent kind for a home-made agent: its address, its audio, and its own words for things. */
import { type MediaFormat, pcm16 } from "../../audio/format.js";
import type { CallInfo } from "../../protocol/messages.js";
import { type AgentKind, defineAgent } from "../agent.js";
import type { ToolSpec } from "../tools.js";
import { checkUrl, fillUrl } from "../url.js";
import { checkNames, checkOwnNames, type WireName, wireNames } from "./names.js";

export interface WebsocketAgentSettings {
  /** Shown for people. Default `home-made`. */
  readonly name?: string;
  readonly summary?: string;
  /** `ws://` or `wss://`; `{callId}`, `{accountId}`, `{caller}` and `{callee}` are filled in for each call. */
  readonly url: string;
  /** Request headers, beside those of `--agent-header`. */
  readonly headers?: Readonly<Record<string, string>>;
  /** What the agent hears. Default pcm16 at 16 kHz; `{ encoding: "g711_ulaw", sampleRate: 8000 }` needs no conversion. */
  readonly hears?: MediaFormat;
  /** What the agent says. Default: as it hears. */
  readonly speaks?: MediaFormat;
  /** Audio as binary messages (the default), or as base64 in JSON. */
  readonly framing?: "binary" | "json";
  /** Text that is sent to the agent at the start, so that it speaks first. */
  readonly greeting?: string;
  /** Lists the tools in the first message. Default false. */
  readonly offerTools?: boolean;
  /** The agent's own words, where they differ from the standard ones. */
  readonly fields?: Partial<Record<WireName, string>>;
  /** The fields of the first message, if not the usual ones. */
  readonly start?: (call: CallInfo, tools: readonly ToolSpec[]) => object;
}

const OPTIONS = {
  greeting: { type: "string", help: "text that is sent to the agent at the start, so that it speaks first" },
} as const;

/** For a module of your own: `export default websocketAgent({ … })`. Its URL may be replaced: `--agent ./my-agent.mjs:ws://…`. */
export function websocketAgent(settings: WebsocketAgentSettings): AgentKind<typeof OPTIONS> {
  const { name = "home-made", summary = "a home-made agent over a WebSocket" } = settings;
  const names = wireNames(settings.fields ?? {});
  const hears = settings.hears ?? pcm16(16000);
  return defineAgent({
    name,
    summary,
    url: "optional",
    schemes: ["ws", "wss"],
    example: "./my-agent.mjs:ws://127.0.0.1:9000",
    options: OPTIONS,
    checkOptions() {
      checkOwnNames(name, settings.fields ?? {});
      checkUrl({ ...this, url: "required" } as AgentKind, settings.url);
      checkNames(name, names);
    },
    async connect(context) {
      const { connectWebsocket } = await import("./connect.js");
      return connectWebsocket(
        { ...context, headers: { ...settings.headers, ...context.headers } },
        {
          url: context.url ?? fillUrl(settings.url, context.call),
          names,
          hears,
          speaks: settings.speaks ?? hears,
          framing: settings.framing ?? "binary",
          greeting: context.options.greeting ?? settings.greeting,
          offerTools: settings.offerTools ?? false,
          start: settings.start,
        },
      );
    },
  });
}
