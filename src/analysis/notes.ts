/** What the events of a call tell beside its audio: keys, transcripts, tools, warnings, and how it ended. */
import type { CallEvent, CallSummary } from "../call/events.js";
import type { CallAnalysis, ToolUse } from "./call-analysis.js";

type Mutable<T> = { -readonly [K in keyof T]: T[K] };
type Warning = CallAnalysis["warnings"][number];
type Interruption = { readonly at: number; readonly heardMs: number; readonly droppedMs: number };

export class Notes {
  readonly keys: Mutable<CallAnalysis["keys"][number]>[] = [];
  readonly transcripts: CallAnalysis["transcripts"][number][] = [];
  readonly tools: Mutable<ToolUse>[] = [];
  readonly interruptions: Interruption[] = [];
  readonly #warnings = new Map<string, Mutable<Warning>>();
  end: CallAnalysis["end"];
  summary: CallSummary | undefined;

  get warnings(): readonly Warning[] {
    return [...this.#warnings.values()];
  }

  observe(event: CallEvent): void {
    const { at } = event;
    switch (event.type) {
      case "dtmf":
        this.keys.push({ at, digit: event.digit });
        break;
      case "transcript":
        this.transcripts.push({ at: event.spokenAt, who: event.who, text: event.text });
        break;
      case "tool-call":
        this.tools.push({ at, id: event.id, name: event.name, args: event.args });
        break;
      case "tool-result": {
        const call = this.tools.findLast(({ id, result }) => id === event.id && !result);
        if (call) call.result = { at, isError: event.isError, tookMs: event.tookMs };
        break;
      }
      case "barge-in":
        this.interruptions.push({ at, heardMs: event.heardMs, droppedMs: event.droppedMs });
        break;
      case "fault":
        this.#warn(at, event.code, event.detail);
        break;
      case "warning":
        this.#warn(at, event.code, event.message);
        break;
      case "call-ended":
        this.summary ??= event.summary;
        this.end ??= { at, reason: event.reason, detail: event.detail };
        break;
    }
  }

  #warn(at: number, code: string, message: string): void {
    const known = this.#warnings.get(code);
    if (known) known.count++;
    else this.#warnings.set(code, { at, code, message, count: 1 });
  }
}
