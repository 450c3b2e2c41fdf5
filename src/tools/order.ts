/** An order to act on a call, and what an action is: something outside that carries it out. */
import type { CallInfo } from "../protocol/messages.js";
import type { ActionName } from "./config.js";

export interface Order {
  readonly tool: ActionName;
  readonly call: CallInfo;
  /** `destination` and `number`, or `digits`. Personal data. */
  readonly fields: Readonly<Record<string, string>>;
}

/** Resolves to JSON text for the model; rejects with a ToolFailure. */
export type Action = (order: Order, signal: AbortSignal) => Promise<string>;

/** The order as endpoints get it. */
export function bodyOf({ tool, call, fields }: Order): object {
  const { callId, otherLegCallId, accountId } = call;
  return { tool, callId, otherLegCallId, accountId, ...fields };
}
