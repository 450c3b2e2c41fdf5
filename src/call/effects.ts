/** What can happen to a call, and what a call can ask for. The list of inputs with their times reproduces every effect. */
import type { MediaFormat } from "../audio/format.js";
import type { Payload } from "../audio/payload.js";
import type { CallInfo, Fault, PbxMessage } from "../protocol/messages.js";
import type { CallEvent } from "./events.js";
import type { LegEvent, ToolArguments } from "./leg.js";

export type CallInput =
  | { readonly type: "pbx"; readonly message: PbxMessage | Fault }
  | { readonly type: "pbx-congested"; readonly ms: number }
  /** The caller's socket is gone. `code` is the WebSocket close code. */
  | { readonly type: "pbx-closed"; readonly code: number }
  | {
      readonly type: "agent-ready";
      readonly hears: MediaFormat;
      readonly speaks: MediaFormat;
      readonly passthrough: boolean;
    }
  /** `fix` says what can be done about it. */
  | { readonly type: "agent-unreachable"; readonly reason: string; readonly fix?: string }
  | { readonly type: "agent"; readonly event: LegEvent }
  | { readonly type: "tool-result"; readonly id: string; readonly output: string; readonly isError: boolean }
  /** The time asked for with `wakeAt` has come. */
  | { readonly type: "wake" }
  /** Whoever runs the bridge ends this call. */
  | { readonly type: "hang-up" }
  /** The process is going away: end the call now. */
  | { readonly type: "shut-down" };

/** A key the caller pressed; `raw` is the PBX's message. */
export type KeyPress = Extract<PbxMessage, { type: "dtmf" }>;

export interface Effects {
  sendToCaller(payload: Payload): void;
  closeCaller(code: number, reason: string): void;
  connectAgent(info: CallInfo, rawStart: object): void;
  sendToAgent(payload: Payload): void;
  sendDtmfToAgent(key: KeyPress): void;
  sendHangupToAgent(raw: object): void;
  interruptAgent(heardMs: number, itemId: string | undefined, unheard: readonly string[]): void;
  /** Tells the agent that what it said before this mark has been heard, or dropped. */
  markHeard(name: string): void;
  /** Runs a tool; its end comes back as a `tool-result`. */
  runTool(id: string, name: string, args: ToolArguments): void;
  sendToolResult(id: string, output: string, isError: boolean): void;
  /** Also ends a connection that is still being made. */
  closeAgent(code: number, reason: string): void;
  /** Asks for a `wake` at this time of the call's clock. Replaces the earlier one. */
  wakeAt(at: number): void;
  /** A frame that was ready in time has left `ms` after its time. */
  late(ms: number): void;
  note(event: CallEvent): void;
}
