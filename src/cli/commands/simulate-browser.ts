/** `simulate --browser`: the caller is a person at a page of this computer; each press of its button is a call. */
import { type BridgeServer, startServer } from "../../bridge/server.js";
import type { Observer } from "../../call/events.js";
import { PHONE_HOST, servePhone } from "../../devices/browser-phone/phone-server.js";
import { openBrowser } from "../../devices/open-browser.js";
import { BridgeError } from "../../errors.js";
import { shownUrl } from "../../pbx/dial.js";
import { Tally } from "../../simulate/tally.js";
import { EXIT_FAILED, EXIT_OK, EXIT_UNREACHABLE } from "../exit-codes.js";
import type { Io } from "../ui/io.js";
import { makeReporter } from "../ui/reporter.js";
import { TwoStepStop } from "../ui/stop.js";
import { openAgent } from "./agent.js";
import { BrowserCalls } from "./browser-calls.js";
import { callOptions, framingOf } from "./call-options.js";
import { CallResults } from "./call-results.js";
import { ownServer } from "./own-server.js";
import { type Endpoint, openRecorders, type SimulateSettings } from "./simulate.js";

/** SmartPBX's wire carries sound and keys; words are known to the agent's side only. */
const NOT_OUR_AGENT =
  "No transcript: what is said is known to the endpoint only. With --agent instead of --url it may be shown.";

/** Serves the page until it is closed, or until it is stopped. @returns the exit code, as of any simulation. */
export async function callFromBrowser(settings: SimulateSettings, io: Io): Promise<number> {
  const results = await CallResults.open(settings, io);
  const shown = await makeReporter(settings, io);
  const reporter = results?.around(shown) ?? shown;
  const answerer = settings.endpoint ? undefined : await openAgent(settings, io);
  const name = answerer?.agent.name ?? shownUrl(settings.endpoint?.url ?? "");
  const recorders = await openRecorders(settings, name, reporter, io);
  const observe = (): Observer[] => [reporter.call(), ...(recorders ? [recorders.record()] : [])];
  let endpoint: Endpoint | { url: string } | undefined = settings.endpoint;
  let firstError: BridgeError | undefined;
  const tally = new Tally();
  const startedAt = io.clock.now();
  let over: () => void = () => {};
  const closed = new Promise<void>((resolve) => (over = resolve));

  const options = callOptions(settings, reporter);
  let placed = 0;
  let ended = 0;
  const calls = new BrowserCalls({
    host: PHONE_HOST,
    tls: false,
    clock: io.clock,
    call: () => ({
      ...(endpoint as Endpoint),
      out: settings.out,
      lateness: tally.lateness,
      ...options,
      index: placed++,
    }),
    endpoint: name,
    encoding: settings.format,
    // A provider record has one format, and the PBX keeps to it.
    fixed: settings.provider !== undefined,
    opusFraming: framingOf(settings),
    noTranscript: answerer ? undefined : NOT_OUR_AGENT,
    observe: () => [tally.watch, ...(answerer ? [] : observe())],
    ended: (result) => {
      results?.placed({ name: "call", repeat: ++ended }, result);
      if (!(result instanceof BridgeError)) return tally.add(result);
      firstError ??= result;
      tally.addFailure(result.code);
      reporter.warning(result.code, `${result.message} ${result.fix}`);
    },
    left: () => over(),
    warn: (code, message) => reporter.warning(code, message),
  });

  let server: BridgeServer | undefined;
  if (answerer) {
    // The next call may come while the last is not quite gone.
    const two = { ...settings, maxCalls: 2 };
    server = await startServer(ownServer(two, answerer, () => [...observe(), calls.overhear()], io));
    endpoint = { url: server.url };
    reporter.listening({ url: server.url, agent: name });
  }
  const phone = await servePhone(calls.phone);
  const stop: TwoStepStop = new TwoStepStop(io, {
    calls: () => calls.running,
    finish: () => over(),
    cut: () => process.exit(stop.exitCode(EXIT_OK)),
  });
  try {
    const link = `${phone.url}${calls.phone.link}`;
    reporter.phone(link);
    const whyNot = await openBrowser(link, io.env);
    if (whyNot && !settings.quiet) io.stderr.write(openItYourself(whyNot, link));
    await closed;
    await calls.finish();
  } finally {
    stop.release();
    await phone.close();
    await server?.close();
  }
  await recorders?.close();
  const { type: _, ...numbers } = tally.summary(io.clock.now() - startedAt);
  if (!firstError || tally.ok > 0) reporter.summary(numbers);
  await results?.end({ type: "summary", ...numbers });
  if (firstError && tally.ok === 0) throw firstError;
  return stop.exitCode(tally.failed === 0 ? EXIT_OK : unreachable(numbers) ? EXIT_UNREACHABLE : EXIT_FAILED);
}

/** No call went well, and the agent could not be reached in any. */
function unreachable({ ok, failed, failures }: { ok: number; failed: number; failures: object }): boolean {
  return ok === 0 && (failures as Record<string, number>)["agent-unreachable"] === failed;
}

/** The forwarded port is the same on both sides, so that the link needs no change. */
function openItYourself(why: string, link: string): string {
  const { port } = new URL(link);
  return `The page was not opened by itself: ${why}. Open this address in a browser on this computer:
  ${link}
From another computer, make a tunnel first: ssh -L ${port}:127.0.0.1:${port} THIS-HOST
`;
}
