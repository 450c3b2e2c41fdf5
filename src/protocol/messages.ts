/** The messages of the SmartPBX media WebSocket, as data. */
import type { MediaFormat } from "../audio/format.js";
import type { Payload } from "../audio/payload.js";

/** What the PBX says about a call when it starts. Numbers are opaque text. */
export interface CallInfo {
  readonly callId: string;
  readonly otherLegCallId?: string;
  readonly accountId: string;
  readonly caller: string;
  readonly callee: string;
  readonly format: MediaFormat;
}

/** PBX → endpoint. */
export type PbxMessage =
  | { readonly type: "connected"; readonly protocol?: string }
  /** `raw` is the whole message as it came, for endpoints behind us that may know more fields than we do. */
  | { readonly type: "start"; readonly info: CallInfo; readonly raw: object }
  | { readonly type: "media"; readonly payload: Payload }
  | {
      readonly type: "dtmf";
      readonly digit: string;
      readonly durationMs?: number;
      readonly callId?: string;
      readonly raw: object;
    }
  | { readonly type: "hangup"; readonly reason?: string; readonly raw: object }
  /** An event name this wire does not define: ignored, counted, shown once per name. */
  | { readonly type: "unknown"; readonly event: string };

/** Endpoint → PBX: the only message there is. */
export interface EndpointMessage {
  readonly type: "media";
  readonly payload: Payload;
  /** Absent when the endpoint left them out, which a real PBX answers with silence. */
  readonly callId?: string;
  readonly accountId?: string;
}

export type FaultCode =
  | "malformed-json"
  | "binary-frame"
  | "no-event"
  | "bad-start"
  | "unsupported-format"
  | "bad-payload"
  | "bad-dtmf";

/** A message that cannot be used. Parsers return it; they never throw. `detail` holds no personal data. */
export interface Fault {
  readonly type: "fault";
  readonly code: FaultCode;
  readonly detail: string;
}
