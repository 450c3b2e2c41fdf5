/** `doctor`: why does it not work? Checks this computer and the settings; with an address, the endpoint behind it. */
import type { Environment } from "../../config/headers.js";
import { type Given, resolve } from "../../config/resolve.js";
import type { Values } from "../../config/setting.js";
import type { Checked, OnChecked } from "../../doctor/checked.js";
import { BridgeError } from "../../errors.js";
import { shownUrl } from "../../pbx/dial.js";
import { JsonlReporter } from "../../report/jsonl.js";
import { EXIT_OK } from "../exit-codes.js";
import { makeStyle } from "../ui/color.js";
import { DoctorScreen } from "../ui/doctor-screen.js";
import type { Io } from "../ui/io.js";
import { openResults } from "../ui/results.js";
import { StatusLine } from "../ui/status-line.js";
import { TwoStepStop } from "../ui/stop.js";
import { readAuth } from "./access.js";
import { DoctorResults } from "./doctor-results.js";

export interface DoctorSettings extends Values<"doctor"> {
  readonly given: Given;
  /** What `--auth-header` wants of callers. Secret. */
  readonly headers: Readonly<Record<string, string>>;
}

/** @throws BridgeError `missing-token` */
export function readSettings(given: Given, env: Environment): DoctorSettings {
  const { values } = resolve("doctor", given);
  const auth = values.examined === undefined ? readAuth(values.authHeader, env) : undefined;
  return { ...values, given, headers: auth ? { [auth.header]: auth.token } : {} };
}

/** @returns 0 when nothing was found, 1 when something was, 130 or 143 when it was stopped. */
export async function run(settings: DoctorSettings, io: Io): Promise<number> {
  const { json, quiet, noColor, examined } = settings;
  const reporters = await openResults(settings, io);
  const results = new DoctorResults(io.clock);
  const isListed = settings.reporter.some(({ name }) => name === "list");
  const screen =
    json || isListed ? undefined : new DoctorScreen(io.stdout, await makeStyle(io, noColor), { quiet });
  const lines = json ? new JsonlReporter(io.stdout, io.clock, { showPersonal: false }) : undefined;
  let doing = examined === undefined ? "this computer" : shownUrl(examined);
  const status = quiet || json ? undefined : new StatusLine(io, () => `Checking ${doing} …`);
  const stopping = new AbortController();
  const stop: TwoStepStop = new TwoStepStop(io, {
    calls: () => 0,
    finish: () => stopping.abort(new Error("interrupted")),
    cut: () => process.exit(stop.exitCode(EXIT_OK)),
  });
  const onChecked: OnChecked = (checked, durationMs) => {
    status?.clear();
    const result = results.add(checked, durationMs);
    screen?.checked(checked);
    lines?.step("check", fieldsOf(checked, durationMs));
    if (result) reporters.result(result);
  };
  const onProgress = (what: string) => {
    doing = what;
  };
  let failure: unknown;
  try {
    await examine(settings, io, { onChecked, onProgress, signal: stopping.signal });
  } catch (error) {
    if (!stop.signal) failure = error;
  } finally {
    stop.release();
    status?.end();
  }
  if (failure instanceof BridgeError) {
    const result = results.unreachable(failure);
    reporters.result(result);
  } else if (failure) throw failure;
  await reporters.end(results.run);
  if (failure) throw failure;
  const { totals } = results;
  screen?.end(totals);
  lines?.summary(totals);
  if (stop.signal && !quiet) io.stderr.write("Stopped: the other checks were not made.\n");
  return stop.exitCode(results.exitCode);
}

interface Watcher {
  readonly onChecked: OnChecked;
  readonly onProgress: (doing: string) => void;
  readonly signal: AbortSignal;
}

async function examine(settings: DoctorSettings, io: Io, watcher: Watcher): Promise<void> {
  const { examined, header } = settings;
  if (examined !== undefined) {
    const { examineEndpoint } = await import("../../doctor/endpoint/examine-endpoint.js");
    return examineEndpoint({ url: examined, headers: header, ...watcher });
  }
  const { examineComputer } = await import("../../doctor/computer/examine-computer.js");
  const { agentOf } = await import("./agent.js");
  await examineComputer({
    ...settings,
    ...watcher,
    agentName: nameOf(settings.agent),
    openAgent: async () => (await agentOf(settings, io)).agent,
    cwd: io.cwd,
    clock: io.clock,
  });
}

/** Of an agent that could not be opened: its kind alone, because its URL may hold a key. */
function nameOf(agent: DoctorSettings["agent"]): string {
  return typeof agent === "string" ? agent.split(":", 1)[0]! : agent.name;
}

function fieldsOf(checked: Checked, durationMs: number): object {
  const { findings, isSkipped = false, details: _, ...rest } = checked;
  return {
    ...rest,
    ok: findings.length === 0,
    skipped: isSkipped,
    findings,
    durationMs: Math.round(durationMs),
  };
}
