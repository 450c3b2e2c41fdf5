/** Writes the messages of the SmartPBX wire, exactly as documented and nothing more. */
import type { Payload } from "../audio/payload.js";
import type { CallInfo } from "./messages.js";

/** The ids that v06 and later put on every message about a call; the public document has only the first. */
export interface CallIds {
  readonly callId: string;
  readonly otherLegCallId?: string;
}

/**
 * Endpoint → PBX. The only message an endpoint may send, with both ids: leaving one out is answered with silence.
 * All but the payload is written once per call.
 */
export function mediaSerializer(callId: string, accountId: string): (payload: Payload) => string {
  const ids = `"callId":${JSON.stringify(callId)},"accountId":${JSON.stringify(accountId)}`;
  const head = `{"event":"media",${ids},"media":{"payload":"`;
  return (payload) => `${head}${payload.base64}"}}`;
}

/** PBX → endpoint: a piece of the caller's audio. */
export function serializeCallerMedia(payload: Payload): string {
  return `{"event":"media","media":{"payload":"${payload.base64}"}}`;
}

/** PBX → endpoint: the call and its media format, once, before any media. */
export function serializeStart(info: CallInfo): string {
  const { callId, otherLegCallId, accountId, caller, callee, format } = info;
  return JSON.stringify({
    event: "start",
    start: {
      callId,
      otherLegCallId,
      callerIdNumber: caller,
      calleeIdNumber: callee,
      accountId,
      mediaFormat: { encoding: format.encoding, sampleRate: format.sampleRate },
    },
  });
}

/**
 * PBX → endpoint: a key the caller pressed.
 * @throws TypeError unless `digit` is one of 0-9 * # A-D.
 */
export function serializeDtmf(ids: CallIds, digit: string, durationMs?: number): string {
  if (!/^[0-9*#A-D]$/.test(digit)) throw new TypeError("A DTMF digit is one of 0-9 * # A-D");
  const { callId, otherLegCallId } = ids;
  return JSON.stringify({ event: "dtmf", dtmf: { callId, otherLegCallId, digit, duration: durationMs } });
}

/** PBX → endpoint: the caller hung up. */
export function serializeHangup(ids: CallIds, reason?: string): string {
  const { callId, otherLegCallId } = ids;
  return JSON.stringify({ event: "hangup", hangup: { callId, otherLegCallId, reason } });
}

/** PBX → endpoint: the socket is open; `start` follows. */
export function serializeConnected(protocol?: string): string {
  return JSON.stringify({ event: "connected", connected: protocol === undefined ? undefined : { protocol } });
}
