/** The events that a Live session is sent, apart from its start and the caller's audio. */

export type LiveClientEvent =
  | {
      readonly type: "session.commentary.append" | "session.thinking.append";
      readonly content: string;
      readonly delegation_id: null;
    }
  | {
      readonly type: "response.item.create";
      readonly item: {
        readonly type: "function_call_output";
        readonly call_id: string;
        readonly output: string;
      };
    }
  | { readonly type: "response.create" }
  | { readonly type: "session.close" };

/** Text history with which a session may be started. */
export type InitialItem =
  | {
      readonly type: "message";
      readonly role: "developer" | "user";
      readonly content: readonly { readonly type: "input_text"; readonly text: string }[];
    }
  | {
      readonly type: "message";
      readonly role: "assistant";
      readonly content: readonly { readonly type: "output_text"; readonly text: string }[];
    };
