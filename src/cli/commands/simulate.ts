/** `simulate`: calls an endpoint as SmartPBX would. */
import { PORTAL_FORMATS } from "../../audio/format.js";
import { type BridgeServer, startServer } from "../../bridge/server.js";
import type { Observer } from "../../call/events.js";
import type { Environment } from "../../config/headers.js";
import { readProvider } from "../../config/provider.js";
import { outranks, type Resolution } from "../../config/resolve.js";
import type { Values } from "../../config/setting.js";
import type { BridgeError } from "../../errors.js";
import { shownUrl } from "../../pbx/dial.js";
import type { Reporter } from "../../report/reporter.js";
import type { LoadProgress } from "../../simulate/load.js";
import type { CallResult } from "../../simulate/place-call.js";
import { loadSource, type SourceSpec } from "../../simulate/source.js";
import { Track } from "../../simulate/track.js";
import { EXIT_OK, EXIT_UNREACHABLE } from "../exit-codes.js";
import type { Io } from "../ui/io.js";
import { ProgressLine } from "../ui/progress.js";
import { makeReporter } from "../ui/reporter.js";
import { TwoStepStop } from "../ui/stop.js";
import { openAgent } from "./agent.js";
import { liveOn } from "./answering.js";
import { callOptions, framingOf } from "./call-options.js";
import { type Asked, CallResults } from "./call-results.js";
import type { Live } from "./live.js";
import { loadExitCode, mostCalls, placeLoad } from "./load.js";
import { ownServer } from "./own-server.js";
import { openPhone, type Phone } from "./phone.js";
import { CallRecorders } from "./recorders.js";
import { RecordingSwitch } from "./recording-switch.js";
import { Scenarios } from "./scenarios.js";

/** With more calls than this, single calls are shown only when asked for. */
const MOST_SHOWN_CALLS = 5;

/** What reports call a call without a scenario. */
const PLAIN_CALL: Asked = { name: "call" };

export interface Endpoint {
  readonly url: string;
  /** Secrets. */
  readonly headers: Readonly<Record<string, string>>;
}

export interface SimulateSettings extends Values<"simulate"> {
  /** Whom to call. Without it, the command starts `agent` itself and calls that. */
  readonly endpoint: Endpoint | undefined;
  /** Where each setting came from: a scenario's own call is weaker than a flag. */
  readonly sources: Resolution["sources"];
}

/**
 * A provider file gives address, format and headers, as far as they do not come from a stronger source.
 * @throws BridgeError `bad-provider-file`, `cannot-read`
 */
export async function readSettings(
  resolution: Resolution<"simulate">,
  env: Environment,
): Promise<SimulateSettings> {
  const { values, sources } = resolution;
  if (values.provider === undefined) {
    const endpoint = values.url === undefined ? undefined : { url: values.url, headers: values.header };
    return { ...values, sources, endpoint };
  }
  const provider = await readProvider(values.provider, env);
  const isStronger = (key: "url" | "format" | "header") =>
    sources[key] !== "default" && !outranks(sources, "provider", key);
  return {
    ...values,
    sources,
    format: isStronger("format") ? values.format : provider.format,
    endpoint: {
      url: isStronger("url") ? values.url! : provider.url,
      headers: isStronger("header") ? mergeHeaders(provider.headers, values.header) : provider.headers,
    },
  };
}

/** The second's headers, and those of the first that it does not name, in whatever case. */
function mergeHeaders(first: Endpoint["headers"], second: Endpoint["headers"]): Endpoint["headers"] {
  const named = new Set(Object.keys(second).map((name) => name.toLowerCase()));
  return {
    ...Object.fromEntries(Object.entries(first).filter(([name]) => !named.has(name.toLowerCase()))),
    ...second,
  };
}

function showsCalls({ calls, ramp, json, verbose }: SimulateSettings, results?: CallResults): boolean {
  return verbose || (!results?.listsCalls && !ramp && (calls <= MOST_SHOWN_CALLS || json));
}

/** Places the calls. @returns 0 when every call went well and all budgets hold, 1 when not, 130 or 143 when it was stopped. */
export async function run(settings: SimulateSettings, io: Io): Promise<number> {
  if (settings.browser) return (await import("./simulate-browser.js")).callFromBrowser(settings, io);
  const calls = settings.ramp ? mostCalls(settings) : settings.calls * Math.max(1, settings.scenario.length);
  const phone = await openPhone({ ...settings, calls }, hasSource(settings), io);
  // One owner of the terminal: a person on the phone has a screen of their own, many calls have one line.
  const isFew = calls <= MOST_SHOWN_CALLS && !settings.ramp;
  const live = phone || !isFew ? undefined : await liveOn(settings, io);
  try {
    return await simulate(settings, phone, live, (live ?? phone)?.io ?? io);
  } finally {
    live?.close();
    await phone?.close();
  }
}

async function simulate(
  settings: SimulateSettings,
  phone: Phone | undefined,
  live: Live | undefined,
  io: Io,
): Promise<number> {
  const results = await CallResults.open(settings, io);
  const shown = await makeReporter(live?.report ?? settings, io);
  const reporter = results?.around(shown) ?? shown;
  const framing = framingOf(settings);
  const format = PORTAL_FORMATS[settings.format];
  const track = async () => Track.encode(await loadSource(sourceSpec(settings)), format, framing);
  const scenarios = await Scenarios.open(settings, settings.sources, framing, reporter, results?.verdicts);
  const said = scenarios ? async () => scenarios.script : track;
  const script = phone ? await phone.script(format, framing, said) : await said();
  const answerer = settings.endpoint ? undefined : await openAgent(settings, io);
  const name = answerer?.agent.name ?? shownUrl(settings.endpoint?.url ?? "");
  const recorders = await RecordingSwitch.open(settings.record, (directory) =>
    recordersIn(directory, settings, name, reporter, io),
  );
  let unreachable = false;
  const unmarked = (): Observer[] => [
    (event) => {
      if (event.type === "call-ended" && event.reason === "agent-unreachable") unreachable = true;
    },
    ...(showsCalls(settings, results) ? [reporter.call()] : []),
    ...recorders.record(),
    ...(scenarios ? [scenarios.observe()] : []),
  ];
  const observe = (call: { hangUp(): void }) => {
    if (phone) return phone.marked(unmarked());
    return live ? [...unmarked(), live.watch(call.hangUp)] : unmarked();
  };
  // With an agent of our own the bridge's side is watched: it knows what was held back at a barge-in.
  const server =
    answerer &&
    (await startServer(ownServer({ ...settings, maxCalls: mostCalls(settings) }, answerer, observe, io)));
  if (server) reporter.listening({ url: server.url, agent: name });

  const stopping = new AbortController();
  if (phone) phone.giveUp = () => stopping.abort(new Error("interrupted"));
  const progress = new ProgressLine({ ...settings, quiet: settings.quiet || live !== undefined }, io);
  const hangUps = new Map<number, AbortController>();
  live?.begin(recorders);
  if (results) results.onShow = () => progress.hide();
  const asked = (index: number): Asked => {
    const round = Math.floor(index / (scenarios?.count ?? 1)) + 1;
    return { ...(scenarios?.askedOf(index) ?? PLAIN_CALL), ...(settings.calls > 1 && { repeat: round }) };
  };
  const stop = new TwoStepStop(io, {
    calls: () => progress.running,
    finish: () => (phone ? phone.hangUp() : stopping.abort(new Error("interrupted"))),
    cut: () => process.exit(stop.exitCode(EXIT_OK)),
  });
  try {
    const load = {
      call: {
        ...(settings.endpoint ?? { url: (server as BridgeServer).url }),
        script,
        out: settings.out,
        ...callOptions(settings, reporter),
      },
      callOf: scenarios && ((index: number) => ({ ...scenarios.callOf(index), ...(phone && { script }) })),
      observersOf: server
        ? undefined
        : (index: number) => observe({ hangUp: () => hangUps.get(index)?.abort(new Error("hung up")) }),
      signalOf:
        live &&
        ((index: number) => {
          const hangUp = new AbortController();
          hangUps.set(index, hangUp);
          return hangUp.signal;
        }),
      onProgress: (state: LoadProgress) => progress.show(state),
      // A ramp places calls until some fail: only its outcome is a result.
      onResult: settings.ramp
        ? undefined
        : (index: number, result: CallResult | BridgeError) => results?.placed(asked(index), result),
      signal: stopping.signal,
      clock: io.clock,
    };
    const calls = settings.calls * (scenarios?.count ?? 1);
    const placing = placeLoad(load, { ...settings, calls }, progress.aside(reporter));
    const { summary, firstError } = await placing;
    progress.end();
    await server?.close();
    await recorders.close();
    live?.close();
    if (firstError && summary.ok === 0) {
      await results?.end(summary);
      throw firstError;
    }
    await phone?.close();
    const { type: _, ...numbers } = summary;
    reporter.summary(phone ? { ...numbers, sound: phone.facts } : numbers);
    await results?.end(summary);
    if (phone?.lost) throw phone.lost;
    if (unreachable && summary.ok === 0) return stop.exitCode(EXIT_UNREACHABLE);
    return stop.exitCode(loadExitCode(summary));
  } finally {
    progress.end();
    stop.release();
    await server?.close();
  }
}

/** Whether something else than the microphone is asked to speak. */
function hasSource({ scenario, wav, toneHz, silence }: SimulateSettings): boolean {
  return scenario.length > 0 || wav !== undefined || toneHz !== undefined || silence;
}

function sourceSpec({ wav, toneHz, silence }: SimulateSettings): SourceSpec {
  if (wav !== undefined) return { type: "wav", path: wav };
  if (toneHz !== undefined) return { type: "tone", hz: toneHz };
  return { type: silence ? "silence" : "sample-voice" };
}

export async function openRecorders(
  settings: SimulateSettings,
  agent: string,
  reporter: Reporter,
  io: Io,
): Promise<CallRecorders | undefined> {
  return settings.record === undefined
    ? undefined
    : recordersIn(settings.record, settings, agent, reporter, io);
}

function recordersIn(
  directory: string,
  { showPersonal, noAudio }: SimulateSettings,
  agent: string,
  reporter: Reporter,
  { clock }: Io,
): Promise<CallRecorders> {
  return CallRecorders.open({
    directory,
    agent,
    source: "simulate",
    showPersonal,
    noAudio,
    clock,
    reporter,
  });
}
