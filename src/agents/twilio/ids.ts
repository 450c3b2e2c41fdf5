/** Names that a call keeps on a media stream, made from the names it has here: the same call has the same ones each time. */
import { createHash } from "node:crypto";
import type { CallInfo } from "../../protocol/messages.js";
import type { Dialect, StreamIds } from "./dialects.js";

/** The ids of a call. Those of the account depend on the account alone. Who knows no call id can guess none of them. */
export function streamIds(dialect: Dialect, call: CallInfo): StreamIds {
  const hex = (text: string) => createHash("sha256").update(text).digest("hex").slice(0, 32);
  const ofCall = dialect.ids((prefix) => hex(`${prefix}:${call.callId}`));
  const { account } = dialect.ids((prefix) => hex(`${prefix}:account:${call.accountId}`));
  return { ...ofCall, account };
}

/** What an agent without a webhook of its own is told: under these names agents give it to themselves. */
export function callParameters({ caller, callee, callId }: CallInfo): Record<string, string> {
  return { from_number: caller, to_number: callee, call_id: callId };
}
