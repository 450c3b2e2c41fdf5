/** The list of agent kinds, and the way from an agent spec to an agent that can be connected. */
import { validateHeaderName, validateHeaderValue } from "node:http";
import type { Leg, LegEvent } from "../call/leg.js";
import { BridgeError } from "../errors.js";
import type { CallInfo } from "../protocol/messages.js";
import { suggest } from "../suggest.js";
import type { AgentKind, Environment } from "./agent.js";
import { connectInTime, fenced } from "./connect.js";
import { isModulePath, kindFault, loadAgentModule, splitModulePath } from "./module.js";
import { checkOptions, type GivenOptions } from "./options.js";
import { HANG_UP_SPEC, type ToolSpec } from "./tools.js";
import { checkUrl, displayName, fillPath, fillUrl } from "./url.js";
import { Secrets } from "./wire/secrets.js";

/** Every kind that is built in, in the order in which it is listed. A kind is loaded when it is used. */
export const agentKinds: readonly { readonly name: string; load(): Promise<AgentKind> }[] = [
  { name: "echo", load: async () => (await import("./echo.js")).echo },
  { name: "adk", load: async () => (await import("./adk.js")).adk },
  { name: "adk-live", load: async () => (await import("./adk-live.js")).adkLive },
  { name: "gemini", load: async () => (await import("./gemini.js")).gemini },
  { name: "openai", load: async () => (await import("./openai.js")).openai },
  { name: "openai-live", load: async () => (await import("./openai-live.js")).openaiLive },
  { name: "smartpbx", load: async () => (await import("./smartpbx.js")).smartpbx },
  { name: "websocket", load: async () => (await import("./websocket.js")).websocket },
  { name: "elevenlabs", load: async () => (await import("./elevenlabs.js")).elevenlabs },
  { name: "deepgram", load: async () => (await import("./deepgram.js")).deepgram },
  { name: "ultravox", load: async () => (await import("./ultravox.js")).ultravox },
  { name: "pipecat", load: async () => (await import("./pipecat.js")).pipecat },
  { name: "twilio", load: async () => (await import("./twilio.js")).twilio },
  { name: "telnyx", load: async () => (await import("./twilio-relatives.js")).telnyx },
  { name: "plivo", load: async () => (await import("./twilio-relatives.js")).plivo },
  { name: "exotel", load: async () => (await import("./twilio-relatives.js")).exotel },
  { name: "recording", load: async () => (await import("./recording.js")).recording },
];

export interface AgentSettings {
  readonly options: GivenOptions;
  /** Extra request headers for the agent's endpoint. */
  readonly headers?: Readonly<Record<string, string>>;
  /** The longest an agent may take to connect. Default 10 s. */
  readonly agentTimeoutMs?: number;
  /** Where keys come from. Default: the environment of the process. */
  readonly env?: Environment;
  /** What models with function calls are offered. Default: `hang_up`. */
  readonly tools?: readonly ToolSpec[];
}

export interface AgentContext {
  readonly call: CallInfo;
  /** The caller's `start` message as it came. */
  readonly rawStart: object;
  /** May be called before `connect` resolves, and from inside any method of the leg. */
  readonly emit: (event: LegEvent) => void;
  /** Aborted when the call ends before the agent is connected. */
  readonly signal: AbortSignal;
}

/** An agent whose spec, options and URL are known to be good. */
export interface Agent {
  /** For people and recordings: the kind and its URL without query, credentials or secrets. */
  readonly name: string;
  /**
   * Rejects with a BridgeError `agent-refused` or `agent-unreachable`, or with the signal's reason when that is aborted.
   */
  connect(context: AgentContext): Promise<Leg>;
  /** Rejects as `connect` does where it can be known before the first call that the agent would refuse. */
  probe(signal?: AbortSignal): Promise<void>;
}

const DEFAULT_TIMEOUT_MS = 10_000;

/**
 * Finds the agent that a spec names, and checks everything that can be checked before the first call.
 *
 * @param spec `kind`, `kind:URL`, the path of a module (with `:URL` behind it if it takes one), or a kind itself.
 * @throws BridgeError `unknown-agent`, `bad-agent-option`, `bad-agent-module`, or `bad-flag` for a bad URL or header.
 */
export async function resolveAgent(spec: string | AgentKind, settings: AgentSettings): Promise<Agent> {
  const { kind, url, own } = await findKind(spec);
  const agent = own ? fenced(kind) : kind;
  const { env = process.env, tools = [HANG_UP_SPEC] } = settings;
  const options = checkOptions(kind, settings.options, env);
  checkUrl(kind, url);
  const headers = settings.headers ?? {};
  checkHeaders(headers);
  const timeoutMs = settings.agentTimeoutMs ?? DEFAULT_TIMEOUT_MS;
  const secrets = new Secrets({ env, headers, url });
  return {
    name: displayName(kind, url),
    async connect({ call, rawStart, emit: report, signal }) {
      const filled = url === undefined ? undefined : (kind.isPath ? fillPath : fillUrl)(url, call);
      const emit = (event: LegEvent) => report(secrets.hideIn(event));
      const context = { options, url: filled, call, rawStart, headers, tools, env, emit, signal };
      try {
        return await connectInTime(agent, context, timeoutMs);
      } catch (error) {
        throw secrets.hideInError(error);
      }
    },
    async probe(giveUp) {
      const tooLong = AbortSignal.timeout(timeoutMs);
      const signal = giveUp ? AbortSignal.any([tooLong, giveUp]) : tooLong;
      try {
        await kind.probe?.({ options, url, headers, tools, env, signal });
      } catch (error) {
        throw secrets.hideInError(error);
      }
    },
  };
}

/**
 * The kind that a spec names, with its URL checked and nothing asked for yet: no key, no option.
 * @returns undefined for a module, which is not loaded.
 * @throws BridgeError `unknown-agent`, or `bad-flag` for a bad URL.
 */
export async function checkSpec(spec: string): Promise<AgentKind | undefined> {
  if (isModulePath(spec)) return undefined;
  const { kind, url } = await findKind(spec);
  checkUrl(kind, url);
  return kind;
}

interface FoundKind {
  readonly kind: AgentKind;
  readonly url: string | undefined;
  /** Not one of the list: the user's own code. */
  readonly own: boolean;
}

async function findKind(spec: string | AgentKind): Promise<FoundKind> {
  if (typeof spec !== "string") {
    const fault = kindFault(spec);
    if (!fault) return { kind: spec, url: undefined, own: true };
    throw new BridgeError("bad-agent-module", `The agent ${fault}`, {
      fix: "Make it with defineAgent({ … })",
    });
  }
  if (isModulePath(spec)) {
    const { path, url } = splitModulePath(spec);
    return { kind: await loadAgentModule(path), url, own: true };
  }
  const colon = spec.indexOf(":");
  const name = colon < 0 ? spec : spec.slice(0, colon);
  const listed = agentKinds.find((kind) => kind.name === name);
  if (!listed) throw unknownAgent(name);
  return {
    kind: await listed.load(),
    url: colon < 0 ? undefined : spec.slice(colon + 1) || undefined,
    own: false,
  };
}

function unknownAgent(name: string): BridgeError {
  if (/^(wss?|https?)$/.test(name)) {
    return new BridgeError("unknown-agent", "An agent is more than a URL: its kind comes first", {
      fix: "For example: --agent 'websocket:ws://127.0.0.1:9000' or --agent 'smartpbx:wss://host/media-stream'",
    });
  }
  const names = agentKinds.map((kind) => kind.name);
  const meant = suggest(name, names);
  const all = `The kinds are ${names.join(", ")}; or give the path of a module, such as ./agent.mjs`;
  return new BridgeError("unknown-agent", `There is no agent kind "${name}"`, {
    fix: meant ? `Did you mean "${meant}"? ${all}` : all,
  });
}

function checkHeaders(headers: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(headers)) {
    try {
      validateHeaderName(name);
      validateHeaderValue(name, value);
    } catch {
      throw new BridgeError("bad-flag", `The agent header ${JSON.stringify(name)} cannot be sent`, {
        fix: "Header names are letters, digits and dashes; values must not have line breaks or letters outside Latin-1",
      });
    }
  }
}
