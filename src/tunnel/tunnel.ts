/** A tunnel from the internet to a port of this computer, by a program that the user has installed. */
import type { Clock } from "../clock.js";
import { BridgeError } from "../errors.js";
import { hasProgram } from "../programs.js";
import { cloudflared } from "./cloudflared.js";
import { Group } from "./group.js";
import { Lines } from "./lines.js";
import { ngrok } from "./ngrok.js";
import type { TunnelName, TunnelProgram } from "./program.js";
import { tailscale } from "./tailscale.js";

const PROGRAMS: Readonly<Record<TunnelName, TunnelProgram>> = { cloudflared, ngrok, tailscale };

/** The longest wait for the address. */
export const ADDRESS_TIMEOUT_MS = 30_000;
/** How much of its output is kept, to say why it ended. */
const KEPT_LINES = 40;

type Environment = Readonly<Record<string, string | undefined>>;

export interface TunnelSettings {
  /** What it leads to: `http://127.0.0.1:8080`. */
  readonly target: string;
  readonly env: Environment;
  readonly clock: Clock;
  /** The program wants the user to open this address, and waits. */
  readonly onAsk: (url: string) => void;
  /** The program has another address now. */
  readonly onMoved: (address: string) => void;
}

export interface Tunnel {
  /** `https://HOST`. Rejects with a BridgeError `tunnel-failed` when the program ends or is silent for too long. */
  readonly address: Promise<string>;
  /** Resolves with why, when the program has ended, of itself or by `stop`. */
  readonly ended: Promise<string>;
  /** Resolves when the program and all that it started are gone. */
  stop(): Promise<void>;
}

/** @throws BridgeError `no-tunnel` when the program is not installed, with the command that installs it. */
export function checkInstalled(name: TunnelName, env: Environment, platform = process.platform): void {
  if (hasProgram(name, env)) return;
  const { install } = PROGRAMS[name];
  throw new BridgeError("no-tunnel", `${name} is not installed, or not in PATH`, {
    fix: `Install it: ${platform === "darwin" || platform === "win32" ? install[platform] : install.linux}`,
  });
}

/** Starts the program. It runs until `stop`, or until it ends of itself. */
export function openTunnel(name: TunnelName, { target, env, clock, onAsk, onMoved }: TunnelSettings): Tunnel {
  const program = PROGRAMS[name];
  const args = program.args(target);
  const group = new Group(name, args, withoutOurs(env));
  const kept: string[] = [];
  const asked = new Set<string>();
  let known: string | undefined;
  let found: (address: string) => void = () => {};
  const saying = new Promise<string>((resolve) => {
    found = resolve;
  });

  const read = program.reader();
  function take(line: string): void {
    kept.push(withoutSecrets(line));
    if (kept.length > KEPT_LINES) kept.shift();
    const { address, asks } = read(line);
    if (asks !== undefined && !asked.has(asks)) {
      asked.add(asks);
      onAsk(asks);
    }
    if (address === undefined || address === known) return;
    if (known !== undefined) onMoved(address);
    known = address;
    found(address);
  }
  for (const stream of [group.process.stdout, group.process.stderr]) {
    const lines = new Lines(take);
    stream?.on("data", (chunk: Buffer) => lines.add(chunk));
    stream?.once("close", () => lines.end());
    stream?.on("error", () => {});
  }

  function words(): string {
    const complaint = kept.flatMap((line) => program.complaint(line) ?? []).at(-1);
    return (complaint ?? kept.at(-1) ?? "").trim().slice(0, 300);
  }

  function failure(what: string): BridgeError {
    const said = words();
    return new BridgeError("tunnel-failed", `${name} ${what}${said ? `: ${said}` : ""}`, {
      fix: program.fix(kept.join("\n")) ?? `See what it says: ${[name, ...args].join(" ")}`,
    });
  }

  const ended = group.ended.then((how) => [how, words()].filter(Boolean).join(": "));

  async function address(): Promise<string> {
    let timer: { cancel(): void } | undefined;
    const late = new Promise<"late">((resolve) => {
      timer = clock.setTimer(() => resolve("late"), ADDRESS_TIMEOUT_MS);
    });
    const first = await Promise.race([
      saying.then((url) => ({ url })),
      group.ended.then((how) => ({ how })),
      late,
    ]);
    timer?.cancel();
    if (first === "late") {
      await group.stop();
      throw failure(`has said no public address within ${ADDRESS_TIMEOUT_MS / 1000} s`);
    }
    if ("how" in first) throw failure(`ended before it said a public address (${first.how})`);
    return first.url;
  }

  return { address: address(), ended, stop: () => group.stop() };
}

/** Our own settings are none of its business, tokens least of all. */
function withoutOurs(env: Environment): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith("SMARTPBX_")));
}

/** ngrok repeats a token that it does not like. */
function withoutSecrets(line: string): string {
  return line.replace(/((?:your )?auth-?token\s*[:=]\s*|authtoken=)[^\s\\"']+/gi, "$1…");
}
