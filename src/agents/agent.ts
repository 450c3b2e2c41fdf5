/** What an agent kind is: a name, its options, and a way to connect one call to one agent. */
import type { Leg, LegEvent } from "../call/leg.js";
import type { CallInfo } from "../protocol/messages.js";
import type { ToolSpec } from "./tools.js";

/** One option of an agent kind: enough to check it, to describe it in `agents`, and to give it a default. */
export type OptionSpec =
  | {
      readonly type: "string";
      readonly default?: string;
      readonly help: string;
      readonly choices?: readonly string[];
    }
  | {
      readonly type: "number";
      readonly default?: number;
      readonly help: string;
      readonly min?: number;
      readonly max?: number;
      readonly choices?: readonly number[];
    }
  | { readonly type: "boolean"; readonly default?: boolean; readonly help: string };

export type OptionSpecs = Readonly<Record<string, OptionSpec>>;

type OptionValue<S extends OptionSpec> = S extends { choices: readonly (infer C)[] }
  ? C
  : S extends { type: "number" }
    ? number
    : S extends { type: "boolean" }
      ? boolean
      : string;

/** The checked values: present when the spec has a default, else possibly undefined. */
export type OptionValues<S extends OptionSpecs> = {
  readonly [K in keyof S]: S[K] extends { default: unknown }
    ? OptionValue<S[K]>
    : OptionValue<S[K]> | undefined;
};

/** As `process.env`. */
export type Environment = Readonly<Record<string, string | undefined>>;

export interface ConnectContext<S extends OptionSpecs = OptionSpecs> {
  readonly options: OptionValues<S>;
  /** The part of the agent spec after `kind:`, with `{callId}`, `{accountId}`, `{caller}` and `{callee}` filled in and URL-encoded, or made safe for a path. */
  readonly url: string | undefined;
  readonly call: CallInfo;
  /** The caller's `start` message as it came. */
  readonly rawStart: object;
  /** Extra request headers for the agent's endpoint. Secrets: never log them. */
  readonly headers: Readonly<Record<string, string>>;
  /** What models with function calls are to be offered. */
  readonly tools: readonly ToolSpec[];
  /** The environment, where keys come from. Secrets: never log them. */
  readonly env: Environment;
  /** Reports what the agent does. May be called before `connect` resolves; nothing is lost. */
  readonly emit: (event: LegEvent) => void;
  /** Aborted when the call ends, or the time for connecting is over, before the agent is connected. */
  readonly signal: AbortSignal;
}

export interface AgentKind<S extends OptionSpecs = OptionSpecs> {
  readonly name: string;
  /** One line for `agents` and `--help`. */
  readonly summary: string;
  /** Whether the spec must, may or cannot have a URL after the colon. */
  readonly url: "required" | "optional" | "none";
  /** True where a path of this computer stands after the colon, in place of a URL. */
  readonly isPath?: boolean;
  /** What the URL may begin with, for example `["ws", "wss"]`. Left out, anything may stand after the colon. */
  readonly schemes?: readonly string[];
  /** A whole spec that works when copied, shown where one is wrong or missing. */
  readonly example?: string;
  readonly options: S;
  /** What no single option's spec can say, a missing key among it. Called before the first call; throws a `BridgeError`. */
  checkOptions?(options: OptionValues<S>, env: Environment): void;
  /**
   * Finds out before the first call whether the agent would refuse: a wrong URL, a refused key. For vendors' services that
   * are always up; an agent of one's own may be started later. Rejects as `connect` does.
   */
  probe?(context: Omit<ConnectContext<S>, "call" | "rawStart" | "emit">): Promise<void>;
  /** Rejects with a `BridgeError` when the agent cannot be reached or refuses. */
  connect(context: ConnectContext<S>): Promise<Leg>;
}

/** Types an agent kind and gives it back. For a module of your own: `export default defineAgent({ … })`. */
export function defineAgent<const S extends OptionSpecs>(kind: AgentKind<S>): AgentKind<S> {
  return kind;
}
