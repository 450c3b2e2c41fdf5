/** What a good run measured, as it stands in an expectations file. */
import type { Shape } from "../shape.js";
import { ENDED_BY, type Measured, type MeasuredUtterance } from "./measured.js";

const time: Shape = { is: "duration", min: 0 };

export const acceptedShape: Shape = {
  is: "map",
  required: ["utterances"],
  fields: {
    greeting: time,
    utterances: {
      is: "list",
      of: {
        is: "map",
        required: ["reply"],
        fields: {
          reply: {
            is: "either",
            of: [
              { is: "choice", of: ["none"] },
              {
                is: "map",
                required: ["latency"],
                fields: {
                  latency: time,
                  length: time,
                  level: { is: "amount", unit: "dB", min: -120, max: 0 },
                },
              },
            ],
          },
          stops: { is: "either", of: [{ is: "choice", of: ["never"] }, time] },
        },
      },
    },
    "talk-over": time,
    ended: {
      is: "map",
      required: ["by", "after"],
      fields: { by: { is: "choice", of: ENDED_BY }, after: time },
    },
    tools: { is: "list", of: { is: "text" } },
    problems: { is: "list", of: { is: "text" } },
  },
};

interface AcceptedFields {
  readonly greeting?: number;
  readonly utterances: readonly UtteranceFields[];
  readonly "talk-over"?: number;
  readonly ended?: { readonly by: (typeof ENDED_BY)[number]; readonly after: number };
  readonly tools?: readonly string[];
  readonly problems?: readonly string[];
}

interface UtteranceFields {
  readonly reply: "none" | { readonly latency: number; readonly length?: number; readonly level?: number };
  readonly stops?: "never" | number;
}

/** @param checked what `acceptedShape` let through. */
export function acceptedOf(checked: unknown): Measured {
  const { greeting, utterances, ended, tools, problems = [], ...rest } = checked as AcceptedFields;
  return {
    greetingMs: greeting,
    utterances: utterances.map(utteranceOf),
    talkOverMs: rest["talk-over"] ?? 0,
    end: ended && { by: ended.by, afterMs: ended.after },
    tools,
    problems,
  };
}

function utteranceOf({ reply, stops }: UtteranceFields): MeasuredUtterance {
  return {
    reply:
      reply === "none"
        ? undefined
        : { latencyMs: reply.latency, lengthMs: reply.length, levelDbfs: reply.level },
    bargeIn: stops === undefined ? undefined : { stoppedAfterMs: stops === "never" ? undefined : stops },
  };
}

/** As YAML: `accepted:` and what belongs to it. */
export function acceptedText({ greetingMs, utterances, talkOverMs, end, tools, problems }: Measured): string {
  const lines = [
    "# What a good run measured, in place of what the recording holds. replay --accept writes it anew.",
    "accepted:",
    ...(greetingMs === undefined ? [] : [`  greeting: ${spell(greetingMs)}`]),
    ...(utterances.length === 0
      ? ["  utterances: []"]
      : ["  utterances:", "    # what the caller says, in order"]),
    ...utterances.flatMap(utteranceLines),
    `  talk-over: ${spell(talkOverMs)}`,
    ...(end
      ? [
          `  ended: {by: ${end.by}, after: ${spell(end.afterMs)}} # since the caller began to say the last of it`,
        ]
      : []),
    ...(tools === undefined ? [] : [`  tools: ${names(tools)}`]),
    ...(problems.length === 0 ? [] : [`  problems: ${names(problems)}`]),
  ];
  return `${lines.join("\n")}\n`;
}

function utteranceLines({ reply, bargeIn }: MeasuredUtterance): string[] {
  const parts = reply && [
    `latency: ${spell(reply.latencyMs)}`,
    ...(reply.lengthMs === undefined ? [] : [`length: ${spell(reply.lengthMs)}`]),
    ...(reply.levelDbfs === undefined ? [] : [`level: ${level(reply.levelDbfs)}dB`]),
  ];
  const stops = bargeIn && (bargeIn.stoppedAfterMs === undefined ? "never" : spell(bargeIn.stoppedAfterMs));
  return [
    `    - reply: ${parts ? `{${parts.join(", ")}}` : "none"}`,
    ...(stops === undefined ? [] : [`      stops: ${stops} # after the caller interrupted the agent`]),
  ];
}

/** No call is longer than an hour, and no file says so. */
function spell(ms: number): string {
  return `${Math.max(0, Math.min(Math.round(ms), 3_600_000))}ms`;
}

function level(dbfs: number): number {
  return Math.max(-120, Math.min(0, Math.round(dbfs * 10) / 10));
}

/** Names come from models and far ends: JSON is YAML, whatever stands in it. */
function names(texts: readonly string[]): string {
  return `[${texts
    .filter((text) => text.trim() !== "")
    .map((text) => JSON.stringify(text))
    .join(", ")}]`;
}
