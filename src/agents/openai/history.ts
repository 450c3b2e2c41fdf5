/** What was said in a call, as items that continue it in another session of OpenAI's Realtime protocol. */

export type Dialect = "ga" | "beta";

interface Said {
  readonly who: "caller" | "agent";
  text: string;
  /** How much of it was heard before an interruption, 0 to 1. */
  share: number;
}

type Entry = Said | { readonly item: ToolItem };

type ToolItem =
  | {
      readonly type: "function_call";
      readonly call_id: string;
      readonly name: string;
      readonly arguments: string;
    }
  | { readonly type: "function_call_output"; readonly call_id: string; readonly output: string };

interface CallerMessage {
  readonly type: "message";
  readonly role: "user";
  readonly content: readonly { readonly type: "input_text"; readonly text: string }[];
}

/** `output_text` in the dialect ga, `text` in beta. */
export interface AgentMessage<T extends "output_text" | "text"> {
  readonly type: "message";
  readonly role: "assistant";
  readonly content: readonly { readonly type: T; readonly text: string }[];
}

type Message = CallerMessage | AgentMessage<"output_text"> | AgentMessage<"text">;

export type HistoryItem = ToolItem | Message;

/** An hour of talk has fewer; what is older is forgotten. */
const MAX_ENTRIES = 1000;
const MAX_TEXT = 10_000;

export class History {
  /** In the order in which the items were begun, which is not the order in which their texts come. */
  readonly #entries = new Map<string, Entry>();
  #added = 0;

  /** An item has begun whose text comes later. */
  begin(id: string, who: "caller" | "agent"): void {
    this.#said(id, who);
  }

  say(id: string, who: "caller" | "agent", text: string): void {
    const said = this.#said(id, who);
    if (said) said.text = text.slice(0, MAX_TEXT);
  }

  /** @param share how much of the item was heard, 0 to 1. */
  cut(id: string, share: number): void {
    const entry = this.#entries.get(id);
    if (entry && "who" in entry) entry.share = share;
  }

  /** Something the caller did that has no item of its own. */
  note(text: string): void {
    this.say(`note-${this.#added++}`, "caller", text);
  }

  tool(item: ToolItem): void {
    this.#put(`${item.type}-${item.call_id}`, { item });
  }

  /** Everything that has a text by now. */
  items(dialect: Dialect): HistoryItem[] {
    const calls = new Set<string>();
    const items: HistoryItem[] = [];
    for (const entry of this.#entries.values()) {
      if ("item" in entry) {
        if (entry.item.type === "function_call") calls.add(entry.item.call_id);
        // An answer whose question was forgotten would be refused.
        if (calls.has(entry.item.call_id)) items.push(entry.item);
      } else {
        const text = entry.text.slice(0, Math.ceil(entry.text.length * entry.share));
        if (text) items.push(message(entry.who, text, dialect));
      }
    }
    return items;
  }

  #said(id: string, who: "caller" | "agent"): Said | undefined {
    const known = this.#entries.get(id);
    if (known) return "who" in known ? known : undefined;
    const said: Said = { who, text: "", share: 1 };
    this.#put(id, said);
    return said;
  }

  #put(id: string, entry: Entry): void {
    this.#entries.set(id, entry);
    if (this.#entries.size <= MAX_ENTRIES) return;
    for (const oldest of this.#entries.keys()) {
      this.#entries.delete(oldest);
      break;
    }
  }
}

export function message(who: "caller" | "agent", text: string, dialect: Dialect): Message {
  if (who === "caller") return { type: "message", role: "user", content: [{ type: "input_text", text }] };
  return dialect === "ga"
    ? { type: "message", role: "assistant", content: [{ type: "output_text", text }] }
    : { type: "message", role: "assistant", content: [{ type: "text", text }] };
}
