/** Turns what was recorded back into the events that observers of the live call were given. */
import { Payload } from "../audio/payload.js";
import type { CallEvent } from "../call/events.js";
import { CALLER_FILE, type CallFile, type RecordedEvent } from "./format.js";
import { parseNote } from "./parse-note.js";
import { type BadLine, isMedia, type Recording } from "./reader.js";

export interface CallEventsOptions {
  /** Told of each line that could not be used. */
  readonly onBadLine?: (line: BadLine) => void;
}

/**
 * The call's events in the order in which they were written. Begins with `call-started`, made from call.json where the
 * recording has lost it. Lines of unknown types are passed over. Masked data stays masked.
 */
export async function* callEvents(
  recording: Recording,
  options: CallEventsOptions = {},
): AsyncGenerator<CallEvent> {
  let started = false;
  for await (const event of recording.events()) {
    if (event.type === "bad-line") {
      options.onBadLine?.(event as BadLine);
      continue;
    }
    const line = event as RecordedEvent;
    if (!started) {
      started = true;
      if (line.type !== "start") yield startOf(recording.call, 0, {});
    }
    if (isMedia(line)) {
      const payload = Payload.fromBytes(await recording.payload(line));
      const at = line.t / 1000;
      if (line.file === CALLER_FILE)
        yield {
          at,
          type: "caller-audio",
          payload,
          ...(line.plannedT !== undefined && { plannedAt: line.plannedT / 1000 }),
        };
      else yield { at, type: "agent-audio", payload, heardAt: (line.heardT as number) / 1000 };
    } else if (line.type === "start") yield startOf(recording.call, line.t / 1000, line.message);
    else {
      const note = parseNote(line);
      if (note === "unusable")
        options.onBadLine?.({ type: "bad-line", line: 0, detail: `not a ${line.type}` });
      else if (note) yield { at: line.t / 1000, ...note };
    }
  }
}

function startOf(call: CallFile, at: number, message: unknown): CallEvent {
  const { callId, otherLegCallId, caller, callee, format } = call;
  const raw = typeof message === "object" && message !== null ? message : {};
  const info = {
    callId,
    ...(typeof otherLegCallId === "string" && { otherLegCallId }),
    accountId: text(call.accountId),
    caller: text(caller),
    callee: text(callee),
    format,
  };
  return { at, type: "call-started", info, agent: text(call.agent), raw };
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}
