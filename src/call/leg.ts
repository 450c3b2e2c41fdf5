/** One side of a call. A leg hears audio, speaks audio, can be interrupted and closed: SmartPBX, an agent, a file. */
import type { MediaFormat } from "../audio/format.js";
import type { Payload } from "../audio/payload.js";

export interface Leg {
  /** What `send` takes. */
  readonly hears: MediaFormat;
  /** What the leg's `audio` events carry. */
  readonly speaks: MediaFormat;
  /**
   * True for a leg on the same wire as the caller: payloads go through untouched in both directions, at the pace in
   * which they come, because the far end paces its own audio.
   */
  readonly passthrough?: boolean;
  /** Never waits and never throws. A leg that cannot keep up drops the audio and says so with a `congested` event. */
  send(audio: Payload): void;
  /** A key the caller pressed; `raw` is the PBX's message. */
  dtmf?(digit: string, durationMs?: number, raw?: object): void;
  /** The PBX said that the caller hung up; `raw` is its message. The leg is closed next. */
  hangup?(raw: object): void;
  /**
   * The caller was spared the rest of the reply after hearing `heardMs` of the item that was being heard. Item ids as the
   * leg's audio named them; of the `unheard` items nothing was heard.
   */
  interrupt(heardMs: number, itemId?: string, unheard?: readonly string[]): void;
  /** All audio before the leg's `mark` of this name has been heard, or was dropped by an interruption. */
  marked?(name: string): void;
  /** The answer to a `tool-call`. `output` is JSON text, or says in words what went wrong. */
  toolResult?(id: string, output: string, isError: boolean): void;
  close(code: number, reason: string): void;
}

/** What a leg reports. `closed` comes exactly once, last, unless we closed the leg ourselves. */
export type LegEvent =
  | { readonly type: "audio"; readonly payload: Payload; readonly itemId?: string }
  /** The agent stopped because the caller began to speak: what is not heard yet must not be heard. */
  | { readonly type: "interrupted" }
  /** The agent has produced all audio of its reply. */
  | { readonly type: "turn-ended" }
  /** What was said. `audioMs` is where in the caller's audio it began, where the agent knows. */
  | { readonly type: "transcript"; readonly who: Speaker; readonly text: string; readonly audioMs?: number }
  /** Asks to be told when everything before it has been heard. */
  | { readonly type: "mark"; readonly name: string }
  /** The model calls a tool. Every call is answered with `toolResult`, also when the tool failed. */
  | { readonly type: "tool-call"; readonly id: string; readonly name: string; readonly args: ToolArguments }
  /** The model wants no answer to these any more. */
  | { readonly type: "tool-cancelled"; readonly ids: readonly string[] }
  /** Audio could not be sent for want of room. `ms` of it were dropped. */
  | { readonly type: "congested"; readonly ms: number }
  /** Something odd that did not end the leg, said for people. */
  | { readonly type: "warning"; readonly code: string; readonly message: string }
  /** `failed` is false when the far end ended the conversation in good order. */
  | { readonly type: "closed"; readonly failed: boolean; readonly reason: string };

/** Arguments of a tool call: whatever the model made up. Personal data. */
export type ToolArguments = Readonly<Record<string, unknown>>;

export type Speaker = "caller" | "agent";
