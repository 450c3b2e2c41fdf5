/** The calls of Artillery's virtual users: the settings, sources and scenarios of `simulate`, measured into Artillery's metrics. */
import { setTimeout as wait } from "node:timers/promises";
import { PORTAL_FORMATS } from "./audio/format.js";
import { callOptions, framingOf } from "./cli/commands/call-options.js";
import { Scenarios } from "./cli/commands/scenarios.js";
import { realClock } from "./clock.js";
import { resolve } from "./config/resolve.js";
import type { SettingKey } from "./config/setting.js";
import { BridgeError } from "./errors.js";
import { phaseMs } from "./simulate/load.js";
import { Pacer } from "./simulate/pacer.js";
import { type CallOptions, type CallResult, placeCall } from "./simulate/place-call.js";
import { loadSource, type SourceSpec } from "./simulate/source.js";
import { Track } from "./simulate/track.js";
import { suggest } from "./suggest.js";

/** What a `call` of a script may say, spelled as in a config file. */
const KEYS = [
  "scenario",
  "tts",
  "header",
  "format",
  "profile",
  "opusFraming",
  "caller",
  "callee",
  "account",
  "wav",
  "tone",
  "silence",
  "dtmf",
  "hangUpAfter",
  "dropAfter",
  "network",
  "quirk",
  "seed",
] as const satisfies readonly SettingKey[];

export type CallSettings = Readonly<Partial<Record<(typeof KEYS)[number], unknown>>>;

/** Artillery's own emitter. */
export interface Metrics {
  emit(type: "counter" | "histogram", name: string, value: number): unknown;
}

type Given = Omit<CallOptions, "observers" | "pacer" | "clock">;

/** One timer for all calls of this worker. */
const pacer = new Pacer(realClock);
/** What is said is encoded once, however many users say it. */
const prepared = new Map<string, Promise<(index: number) => Given>>();
let placed = 0;

/**
 * Places one call to `url` and emits what was measured.
 * @throws BridgeError when the settings cannot be used or the call could not begin; an Error named after the reason when it
 * failed, so that Artillery counts it by that.
 */
export async function call(url: string, settings: CallSettings, metrics: Metrics): Promise<void> {
  const key = JSON.stringify([url, settings]);
  const ready = prepared.get(key) ?? prepare(url, settings);
  prepared.set(key, ready);
  const optionsOf = await ready;
  const index = placed++;
  await wait(phaseMs(index));
  try {
    const result = await placeCall({ ...optionsOf(index), pacer });
    emit(result, metrics);
    if (!result.ok) throw Object.assign(new Error(result.detail), { code: result.reason });
  } catch (error) {
    metrics.emit("counter", "smartpbx.calls.failed", 1);
    throw error;
  }
  metrics.emit("counter", "smartpbx.calls.ok", 1);
}

function emit({ summary, quality, senderLateness }: CallResult, metrics: Metrics): void {
  for (const ms of summary.firstAudioMs) metrics.emit("histogram", "smartpbx.first_audio", ms);
  if (summary.greetingMs !== undefined) metrics.emit("histogram", "smartpbx.greeting", summary.greetingMs);
  if (quality.frames > 0) {
    metrics.emit("histogram", "smartpbx.gaps", quality.gapMs);
    metrics.emit("histogram", "smartpbx.late_percent", (100 * quality.lateFrames) / quality.frames);
  }
  metrics.emit("histogram", "smartpbx.talk_over", summary.talkOverMs);
  metrics.emit("histogram", "smartpbx.dropped", summary.droppedMs);
  const late = senderLateness.percentile(99);
  if (late !== undefined) metrics.emit("histogram", "smartpbx.sender_lateness_p99", late);
  metrics.emit("counter", "smartpbx.turns", summary.turns);
}

async function prepare(url: string, given: CallSettings): Promise<(index: number) => Given> {
  const { values, sources } = settle(url, given);
  const framing = framingOf(values);
  const quiet = { step: () => {}, warning: () => {} };
  const scenarios = await Scenarios.open({ ...values, endpoint: {} }, sources, framing, quiet);
  const spec = sourceSpec(values);
  const script =
    scenarios?.script ?? (await Track.encode(await loadSource(spec), PORTAL_FORMATS[values.format], framing));
  const common: Given = {
    url,
    headers: values.header,
    script,
    ...callOptions(values, quiet),
  };
  return (index) => ({ ...common, ...scenarios?.callOf(index), index });
}

/** Only the script decides: variables of the environment that are meant for the command line change nothing here. */
function settle(url: string, given: CallSettings) {
  for (const key of Object.keys(given)) if (!(KEYS as readonly string[]).includes(key)) throw unknownKey(key);
  const { scenario, ...values } = given;
  const names = scenario === undefined ? [] : [scenario].flat().map(String);
  return resolve("simulate", {
    flags: names.length > 0 ? { scenario: names } : {},
    env: Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("SMARTPBX_"))),
    file: { name: "the Artillery script", values: { ...values, url } },
  });
}

function unknownKey(key: string): BridgeError {
  const meant = suggest(key, KEYS);
  return new BridgeError("bad-config", `A call in the Artillery script has an unknown setting "${key}"`, {
    fix: meant ? `Did you mean ${meant}?` : `There are: ${KEYS.join(", ")}`,
  });
}

function sourceSpec(values: { wav?: string; toneHz?: number; silence: boolean }): SourceSpec {
  if (values.wav !== undefined) return { type: "wav", path: values.wav };
  if (values.toneHz !== undefined) return { type: "tone", hz: values.toneHz };
  return { type: values.silence ? "silence" : "sample-voice" };
}
