/** The report for programs: one JSON object a line, each with `version`, `type` and `t` (ms since the report began). */
import { FRAME_MS } from "../audio/format.js";
import type { CallEvent, Observer } from "../call/events.js";
import type { Clock } from "../clock.js";
import { percentile } from "./numbers.js";
import { type Personal, personal } from "./personal.js";
import { Repeats } from "./repeats.js";
import type { ListeningInfo, Output, Reporter } from "./reporter.js";
import { safeText } from "./safe-text.js";

/** Changes when a field changes its meaning or goes away; new fields and types may come at any time. */
export const JSON_VERSION = 1;

/** One document on one line. C1 control characters are escaped too, in case the reader is a terminal. */
export function jsonLine(document: object): string {
  const text = JSON.stringify({ version: JSON_VERSION, ...document });
  return `${text.replace(/[\u007f-\u009f]/g, (char) => `\\u00${char.charCodeAt(0).toString(16)}`)}\n`;
}

export class JsonlReporter implements Reporter {
  readonly #out: Output;
  readonly #clock: Clock;
  readonly #startedAt: number;
  readonly #personal: Personal;

  constructor(out: Output, clock: Clock, { showPersonal }: { showPersonal: boolean }) {
    this.#out = out;
    this.#clock = clock;
    this.#startedAt = clock.now();
    this.#personal = personal(showPersonal);
  }

  listening({ url, agent, portal, metricsUrl }: ListeningInfo): void {
    const publicUrl = portal?.publicUrl;
    this.#line("listening", {
      url,
      agent,
      ...(publicUrl !== undefined && { publicUrl }),
      ...(metricsUrl !== undefined && { metricsUrl }),
    });
  }

  phone(url: string): void {
    this.#line("phone", { url });
  }

  inspector(url: string): void {
    this.#line("inspector", { url });
  }

  recorded(callId: string, folder: string): void {
    this.#line("recorded", { callId, folder });
  }

  warning(code: string, message: string): void {
    this.#line("warning", { code, message });
  }

  step(type: string, fields: object): void {
    this.#line(type, fields);
  }

  summary(summary: object): void {
    this.#line("summary", summary);
  }

  call(): Observer {
    const repeats = new Repeats();
    let callId: string | null = null;
    return (event) => {
      if (event.type === "call-started") callId = event.info.callId;
      if (event.type === "fault" || event.type === "warning") {
        const message = event.type === "fault" ? event.detail : event.message;
        if (repeats.add(event.code, message)) this.#line("warning", { callId, code: event.code, message });
        return;
      }
      if (event.type === "call-ended")
        for (const repeated of repeats.repeated()) this.#line("warning", { callId, ...repeated });
      const fields = fieldsOf(event, this.#personal);
      if (fields) this.#line(event.type, { callId, ...fields });
    };
  }

  #line(type: string, fields: object): void {
    this.#out.write(jsonLine({ type, t: Math.round(this.#clock.now() - this.#startedAt), ...fields }));
  }
}

/** The fields of a call event beside `callId`; undefined for events that stay inside. */
function fieldsOf(event: CallEvent, personal: Personal): object | undefined {
  switch (event.type) {
    case "call-started": {
      const { format, caller, callee } = event.info;
      return { format, caller: personal.number(caller), callee: personal.number(callee), agent: event.agent };
    }
    case "turn":
      return { firstAudioMs: round(event.firstAudioMs) };
    case "greeting":
      return { greetingMs: round(event.greetingMs) };
    case "barge-in":
      return { heardMs: round(event.heardMs), droppedMs: round(event.droppedMs) };
    case "transcript":
      return { who: event.who, text: personal.words(event.text) };
    case "tool-call":
      return { name: safeText(event.name, 64) };
    case "tool-result":
      return { name: safeText(event.name, 64), ok: !event.isError, tookMs: round(event.tookMs) };
    case "dtmf":
      return { digit: personal.digit(event.digit) };
    case "mark":
      return { number: event.number };
    case "call-ended":
      return endOf(event);
    default:
      return undefined;
  }
}

function endOf({ reason, detail, fix, summary }: CallEvent & { type: "call-ended" }): object {
  const {
    durationMs,
    turns,
    firstAudioMs,
    greetingMs,
    framesIn,
    framesOut,
    droppedMs,
    talkOverMs,
    bargeIns,
  } = summary;
  return {
    reason,
    detail,
    ...(fix !== undefined && { fix }),
    durationMs: round(durationMs),
    turns,
    firstAudioMs: { p50: round(percentile(firstAudioMs, 50)), max: round(percentile(firstAudioMs, 100)) },
    greetingMs: round(greetingMs ?? null),
    framesIn,
    framesOut,
    dropped: Math.round(droppedMs / FRAME_MS),
    droppedMs: round(droppedMs),
    talkOverMs: round(talkOverMs),
    bargeIns,
  };
}

/** To a tenth of a millisecond. None stays null: it is not 0. */
function round(ms: number): number;
function round(ms: number | null): number | null;
function round(ms: number | null): number | null {
  return ms === null ? null : Math.round(ms * 10) / 10;
}
