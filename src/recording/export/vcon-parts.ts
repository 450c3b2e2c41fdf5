/** What a vCon says of a recorded call besides its sound. */
import type { CallAnalysis } from "../../analysis/call-analysis.js";
import type { CallEvent } from "../../call/events.js";
import { callEvents } from "../call-events.js";
import type { CallFile } from "../format.js";
import type { Recording } from "../reader.js";
import type { Creator } from "./names.js";

/** Places in the lists of a vCon. */
export const CALLER = 0;
export const AGENT = 1;
export const DIALOG = 0;

const LONGEST_MS = 30 * 24 * 3600 * 1000;

type Json = Readonly<Record<string, unknown>>;

export interface VconParts {
  readonly parties: readonly Json[];
  /** The dialog of the call, without its sound. */
  readonly recorded: Json;
  readonly transfers: readonly Json[];
  readonly analysis: readonly Json[];
  readonly attachments: readonly Json[];
}

export async function vconParts(
  recording: Recording,
  analysis: CallAnalysis,
  { name, version }: Creator,
): Promise<VconParts> {
  const { call } = recording;
  const time = timesOf(call);
  const parties: Json[] = [
    { ...(call.caller !== "" && { tel: call.caller }) },
    { ...(call.callee !== "" && { tel: call.callee }), name: call.agent, type: "bot", validation: "none" },
  ];
  const history: Json[] = [];
  const transfers: Json[] = [];
  const attachments: Json[] = [];
  const attach = (purpose: string, at: number, party: number, body: unknown) =>
    attachments.push({
      ...{ purpose, start: time(at), party, dialog: DIALOG },
      ...{ mediatype: "application/json", encoding: "json", body },
    });
  const wishes = new Map<string, Extract<CallEvent, { type: "tool-call" }>>();
  for await (const event of callEvents(recording)) {
    const { at } = event;
    switch (event.type) {
      case "call-started":
        attach("SmartPBX start message", at, CALLER, event.raw);
        history.push({ party: CALLER, time: time(at), event: "join" });
        break;
      case "agent-ready":
        history.push({ party: AGENT, time: time(at), event: "join" });
        break;
      case "dtmf": {
        const button = event.digit;
        history.push({ party: CALLER, time: time(at), event: "keydown", button });
        if (event.durationMs !== undefined)
          history.push({ party: CALLER, time: time(at + event.durationMs), event: "keyup", button });
        break;
      }
      case "tool-call":
        wishes.set(event.id, event);
        break;
      case "tool-result": {
        const wish = wishes.get(event.id);
        if (event.name !== "transfer_call" || event.isError || !wish) break;
        transfers.push(transfer(time(at), parties.push(target(wish.args)) - 1));
        break;
      }
      case "call-ended":
        history.push({ party: enders(event.reason), time: time(at), event: "drop" });
        break;
    }
  }
  const { tools } = analysis;
  if (tools.length > 0) attach("tools the agent used", tools[0].at, AGENT, tools);
  return {
    parties,
    recorded: {
      type: "recording",
      start: call.startedAt,
      duration: analysis.durationMs / 1000,
      parties: [CALLER, AGENT],
      party_history: history,
      application: "SmartPBX",
    },
    transfers,
    analysis: analyses(call, analysis, { vendor: name, product: `${name} ${version}` }),
    attachments,
  };
}

/** The date of a time of the call. What a file claims to be far away stays within a month. */
function timesOf({ startedAt }: CallFile): (at: number) => string {
  const startMs = Date.parse(startedAt);
  return (at) => new Date(startMs + Math.min(Math.max(0, at), LONGEST_MS)).toISOString();
}

/** What became of the call that was transferred is not ours to know. */
function transfer(start: string, target: number): Json {
  return {
    ...{ type: "transfer", start, transferee: CALLER, transferor: AGENT },
    ...{ transfer_target: target, original: DIALOG },
  };
}

function target(args: Json | string): Json {
  const to = typeof args === "string" ? undefined : (args.number ?? args.destination);
  return typeof to === "string" ? { tel: to } : { name: "anonymous" };
}

function enders(reason: string): number {
  return reason.startsWith("caller-") ? CALLER : AGENT;
}

function analyses(call: CallFile, analysis: CallAnalysis, maker: Json): Json[] {
  const { transcripts, tools: _, ...report } = analysis;
  const time = timesOf(call);
  const said = transcripts.map(({ at, who, text }) => ({
    party: who === "caller" ? CALLER : AGENT,
    start: time(at),
    text,
  }));
  const content = { dialog: DIALOG, mediatype: "application/json", ...maker, encoding: "json" };
  return [
    ...(said.length > 0
      ? [{ type: "transcript", ...content, schema: "party, start, text", body: said }]
      : []),
    { type: "report", ...content, schema: "CallAnalysis 1", body: report },
  ];
}
