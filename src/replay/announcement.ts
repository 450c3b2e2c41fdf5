/** How a recorded call is announced and ended once more: the messages around the media, as they were as far as that is known. */
import type { CallInfo } from "../protocol/messages.js";
import type { Profile } from "../protocol/profiles.js";
import { serializeDtmf, serializeHangup, serializeStart } from "../protocol/serialize.js";
import type { CallFile } from "../recording/format.js";
import type { CallOptions } from "../simulate/place-call.js";
import type { CallerSide } from "./caller-side.js";
import { filledMessage, filledNumber } from "./masked.js";

export type Announcement = Required<Pick<CallOptions, "profile" | "ids" | "caller" | "callee" | "accountId">>;

/** The call's ids and numbers, and the profile that says the recorded messages again. */
export function announcement(
  call: CallFile,
  { start: recorded, keys, end }: Pick<CallerSide, "start" | "keys" | "end">,
): Announcement {
  const message = recorded && filledMessage(recorded);
  const start = (message as { start?: Record<string, unknown> } | undefined)?.start ?? {};
  const text = (key: string, otherwise: string) => String(start[key] ?? otherwise);
  const otherLegCallId =
    start.otherLegCallId === undefined ? call.otherLegCallId : String(start.otherLegCallId);
  const info: CallInfo = {
    callId: text("callId", call.callId),
    ...(otherLegCallId !== undefined && { otherLegCallId }),
    accountId: text("accountId", call.accountId),
    caller: text("callerIdNumber", filledNumber(call.caller)),
    callee: text("calleeIdNumber", filledNumber(call.callee)),
    format: call.format,
  };
  const opening = message ? JSON.stringify(message) : serializeStart(info);
  const ids = { callId: info.callId, ...("otherLegCallId" in start && { otherLegCallId }) };
  // Whoever knows keys, or the other leg, knows `hangup` too: only the public document has none of them.
  const isTalkative = keys.length > 0 || "otherLegCallId" in start;
  const saysHangup = end.how === "hang-up" ? end.hangup !== undefined : isTalkative;
  // A caller of our own notes no reason, but gives one.
  const reasonOf = (usual: string | undefined) =>
    call.source === "simulate" || !end.hangup ? usual : end.hangup.reason;
  const profile: Profile = {
    summary: "as recorded",
    opening: () => [opening],
    dtmf: (_call, digit, durationMs) => serializeDtmf(ids, digit, durationMs),
    closing: (_call, reason) => (saysHangup ? [serializeHangup(ids, reasonOf(reason))] : []),
  };
  const { callId, accountId, caller, callee } = info;
  return {
    profile,
    ids: { callId, ...(otherLegCallId !== undefined && { otherLegCallId }) },
    accountId,
    caller,
    callee,
  };
}
