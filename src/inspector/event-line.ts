/** A call's events as lines for people. What is personal is masked unless asked for; texts of the far end stay texts. */
import type { CallEvent } from "../call/events.js";
import { spellMs } from "../report/numbers.js";
import type { Personal } from "../report/personal.js";
import { safeText } from "../report/safe-text.js";
import { END_WORDS, GOOD_ENDS } from "../report/words.js";
import type { Line } from "./messages.js";

const MOST_TEXT = 1000;

/** @returns undefined for what no line is about, such as audio. Warnings are told by `warningLine`. */
export function eventLine(event: CallEvent, personal: Personal): Line | undefined {
  const at = Math.round(event.at);
  const line = (name: string, facts = "", kind?: "bad" | "good"): Line => ({
    at,
    name,
    facts,
    ...(kind && { kind }),
  });
  switch (event.type) {
    case "call-started":
      return line("started", safeText(event.agent, 120));
    case "agent-ready":
      return line("agent ready");
    case "greeting":
      return line("greeting", `first audio ${spellMs(event.greetingMs)}`);
    case "turn":
      return line("turn", `first audio ${spellMs(event.firstAudioMs)}`);
    case "barge-in":
      return line("barge-in", `heard ${spellMs(event.heardMs)}, dropped ${spellMs(event.droppedMs)}`);
    case "dtmf":
      return line("key", safeText(personal.digit(event.digit), 8));
    case "mark":
      return line(`mark ${event.number}`);
    case "tool-call":
      return line("tool", safeText(event.name, 64));
    case "tool-result":
      return line(
        "tool",
        `${safeText(event.name, 64)} ${event.isError ? "failed" : "answered"} after ${spellMs(event.tookMs)}`,
        event.isError ? "bad" : undefined,
      );
    case "transcript":
      return { at, who: event.who, text: safeText(personal.words(event.text), MOST_TEXT) };
    case "call-ended":
      return line("ended", endWords(event), GOOD_ENDS.has(event.reason) ? "good" : "bad");
    default:
      return undefined;
  }
}

export function warningLine(at: number, code: string, message: string): Line {
  return {
    at: Math.round(at),
    name: "warning",
    facts: `${safeText(message)} (${safeText(code, 40)})`,
    kind: "bad",
  };
}

export function endWords({ reason, detail }: CallEvent & { type: "call-ended" }): string {
  const words = END_WORDS[reason];
  return GOOD_ENDS.has(reason) || detail === "" ? words : `${words}: ${safeText(detail)}`;
}
