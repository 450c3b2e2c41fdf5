/** What is configured about tools, checked: where actions go, whom a call may be transferred to, and tools of one's own. */
import type { ToolParameters } from "../agents/tools.js";
import type { ToolArguments } from "../call/leg.js";
import type { CallInfo } from "../protocol/messages.js";

/** An HTTP endpoint of the user's. */
export interface HttpRoute {
  readonly type: "http";
  readonly url: string;
  readonly method: "POST" | "PUT" | "PATCH";
  /** Secrets. */
  readonly headers: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
}

/** A program of the user's, run without a shell. */
export interface CommandRoute {
  readonly type: "command";
  /** The program and its arguments; `{number}` and the like in an argument are filled in for each call. */
  readonly command: readonly [string, ...string[]];
  readonly timeoutMs: number;
}

/** SmartPBX's own call control, an MCP server. */
export interface SmartpbxRoute {
  readonly type: "smartpbx";
  readonly url: string;
  readonly timeoutMs: number;
}

export type Route = HttpRoute | CommandRoute | SmartpbxRoute;

export interface Destination {
  /** Personal data: no model and no message sees it. */
  readonly number: string;
  readonly description?: string;
}

/** A function in the config file. What it gives back is told to the model as JSON; what it throws, as words. */
export type OwnFunction = (
  args: ToolArguments,
  call: CallInfo,
  context: { readonly signal: AbortSignal },
) => unknown;

export interface OwnTool {
  readonly name: string;
  readonly description: string;
  readonly parameters: ToolParameters;
  readonly run:
    | HttpRoute
    | { readonly type: "function"; readonly run: OwnFunction; readonly timeoutMs: number };
}

export interface ToolsConfig {
  /** `via` is told when the agent has ended a call. */
  readonly hangUp?: { readonly description?: string; readonly via?: Route };
  readonly transferCall?: {
    readonly description?: string;
    /** By the names that the model chooses from. */
    readonly destinations: ReadonlyMap<string, Destination>;
    readonly via: Route;
  };
  readonly sendDtmf?: { readonly description?: string; readonly via: Route };
  readonly custom: readonly OwnTool[];
}

/** What an action may fill into a command, beside the ids of the call. */
export const ACTION_FIELDS = {
  hang_up: [],
  transfer_call: ["destination", "number"],
  send_dtmf: ["digits"],
} as const satisfies Record<string, readonly string[]>;

export type ActionName = keyof typeof ACTION_FIELDS;

export const CALL_FIELDS = ["tool", "callId", "otherLegCallId", "accountId"] as const;

export const DEFAULT_TIMEOUT_MS = 10_000;
/** A caller does not wait longer for anything. */
export const MAX_TIMEOUT_MS = 60_000;

/** The environment variable with the key of SmartPBX's call control. */
export const MCP_KEY = "SMARTPBX_MCP_KEY";
