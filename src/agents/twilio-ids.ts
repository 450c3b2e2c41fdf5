/** Names that a call keeps on a media stream, made from the names it has here: the same call has the same ones each time. */
import { createHash } from "node:crypto";
import type { CallInfo } from "../protocol/messages.js";
import type { Dialect, StreamIds } from "./twilio-dialects.js";

/** The ids of a call. Those of the account depend on the account alone. Who knows no call id can guess none of them. */
export function streamIds(dialect: Dialect, call: CallInfo): StreamIds {
  const hex = (text: string) => createHash("sha256").update(text).digest("hex").slice(0, 32);
  const ofCall = dialect.ids(call, (prefix) => hex(`${prefix}:${call.callId}`));
  const { account } = dialect.ids(call, (prefix) => hex(`${prefix}:account:${call.accountId}`));
  return { ...ofCall, account };
}
