/** The events that a Realtime session is sent, apart from its configuration and the caller's audio. */
import type { HistoryItem } from "./history.js";

export type ClientEvent =
  | { readonly type: "conversation.item.create"; readonly item: HistoryItem }
  | {
      readonly type: "conversation.item.truncate";
      readonly item_id: string;
      readonly content_index: number;
      /** Whole milliseconds, no more than the item has. */
      readonly audio_end_ms: number;
    }
  | {
      readonly type: "response.create";
      readonly event_id: string;
      readonly response?: { readonly instructions: string };
    }
  | { readonly type: "response.cancel" };

/** What a service is told that takes no messages. OpenAI itself would want the session's type in it. */
export interface InstructionsUpdate {
  readonly type: "session.update";
  readonly session: { readonly instructions: string };
}
