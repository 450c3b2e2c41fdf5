/** All checks of this computer, each told as it finishes: what needs quiet comes last and alone. */
import type { Agent } from "../../agents/index.js";
import type { Clock } from "../../clock.js";
import type { BackendName } from "../../devices/device.js";
import type { Checked, OnChecked } from "../checked.js";
import { checkAgent } from "./agent.js";
import { checkCodecs } from "./codecs.js";
import { checkEchoCall } from "./echo-call.js";
import { checkFolder } from "./folder.js";
import { checkHardware } from "./hardware.js";
import { checkNode } from "./node.js";
import { checkPackages } from "./packages.js";
import { checkPort } from "./port.js";
import { checkProxies } from "./proxies.js";
import { checkPublicAddress } from "./public-address.js";
import { checkSettings, type GivenSettings } from "./settings.js";
import { checkSound } from "./sound.js";
import { checkTimers, realTiming } from "./timers.js";

export interface ComputerToExamine {
  readonly given: GivenSettings;
  readonly host: string;
  readonly port: number;
  readonly path: string;
  readonly publicUrl: string | undefined;
  /** What `--auth-header` wants of callers. Secret. */
  readonly headers: Readonly<Record<string, string>>;
  readonly audio: BackendName | undefined;
  /** Where calls are to be saved. */
  readonly record: string | undefined;
  /** The agent's name for people, in case it cannot be opened. */
  readonly agentName: string;
  /** @throws BridgeError */
  readonly openAgent: () => Promise<Agent>;
  readonly cwd: string;
  readonly clock: Clock;
  readonly onChecked: OnChecked;
  readonly onProgress?: (doing: string) => void;
  readonly signal: AbortSignal;
}

/** Rejects with the signal's reason when it is aborted, and with BridgeError for settings that cannot be used. */
export async function examineComputer(computer: ComputerToExamine): Promise<void> {
  const { given, host, port, path, publicUrl, headers, audio, record, cwd, clock, signal } = computer;
  const { onChecked, onProgress } = computer;
  const settings = checkSettings(given);
  const stopped = new Promise<never>((_, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
  stopped.catch(() => {});
  const check = async (doing: string, run: () => Checked | Promise<Checked>): Promise<Checked> => {
    signal.throwIfAborted();
    onProgress?.(doing);
    const startedAt = clock.now();
    const checked = await Promise.race([run(), stopped]);
    onChecked(checked, clock.now() - startedAt);
    return checked;
  };
  await check("Node.js", () => checkNode());
  await check("the computer", () => checkHardware());
  await check("the settings", () => settings);
  await check("the codecs", () => checkCodecs());
  // These wait for others, and may wait while a call is placed.
  const elsewhere = Promise.all([
    check("the agent", () => checkAgent({ spec: computer.agentName, open: computer.openAgent, signal })),
    check("the public address", () => checkPublicAddress({ publicUrl, path, headers, signal })),
  ]);
  elsewhere.catch(() => {});
  await Promise.all([
    check("the port", () => checkPort({ host, port })),
    check("the recordings' folder", () => checkFolder(record, cwd)),
    check("the sound devices", () => checkSound({ audio })),
    check("the optional packages", () => checkPackages()),
  ]);
  await check("a call of two seconds", () => checkEchoCall(signal));
  onProgress?.("the agent and the public address");
  const isUnreachable = (await elsewhere).some(({ findings }) =>
    findings.some(({ code }) => code === "agent-unreachable"),
  );
  await check("proxies", () => checkProxies(given.env, { unreachable: isUnreachable }));
  await check("the clock and timers", () => checkTimers(realTiming(clock)));
}
