/** Tools that an agent with function calls is offered: what a model is told about them, and how they are run. */
import type { ToolArguments } from "../call/leg.js";
import { HANG_UP } from "../call/tool-calls.js";
import type { CallInfo } from "../protocol/messages.js";

/** A JSON Schema of type object, in the subset that all vendors take: type, description, enum, properties, required, items. */
export interface ToolParameters {
  readonly type: "object";
  readonly properties: Readonly<Record<string, object>>;
  readonly required?: readonly string[];
}

/** What a model is told about a tool. */
export interface ToolSpec {
  /** Letters, digits and underscores, at most 64. */
  readonly name: string;
  readonly description: string;
  readonly parameters: ToolParameters;
}

export interface ToolRunner {
  /** Every tool that models are offered, `hang_up` included. */
  readonly specs: readonly ToolSpec[];
  /**
   * Carries out a tool, `hang_up` excepted, which the call itself carries out. Resolves to JSON text for the model; rejects
   * with an error whose message may be told to the model.
   */
  run(name: string, args: ToolArguments, call: CallInfo, signal: AbortSignal): Promise<string>;
  /** Told when the agent has ended a call, where that takes more than a closed socket. Rejects with words that may be shown. */
  hungUp?(call: CallInfo): Promise<void>;
}

export const HANG_UP_SPEC: ToolSpec = {
  name: HANG_UP,
  description: "Ends the phone call, after the caller has heard what you said. Say goodbye first.",
  parameters: { type: "object", properties: {} },
};

/** The tools of a call where nothing else is configured. */
export const HANG_UP_ONLY: ToolRunner = {
  specs: [HANG_UP_SPEC],
  run: (name) => Promise.reject(new Error(`there is no tool named ${name}`)),
};
