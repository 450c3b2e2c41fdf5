/** Sound through programs that the computer has: parec and pacat, arecord and aplay, sox. Each with its buffers kept short. */
import { type ChildProcess, spawn } from "node:child_process";
import { hasProgram } from "../programs.js";
import { Child } from "./child.js";
import type { Capture } from "./microphone.js";
import { soundEnvironment } from "./programs.js";
import type { Playback } from "./speaker.js";
import type { SystemName } from "./system.js";

export interface Recorder {
  readonly backend: string;
  /** Why it cannot be used here, or undefined when it can. */
  whyNot(system: SystemName): string | undefined;
  record(rate: number, system: SystemName, device?: string): Capture | Promise<Capture>;
}

export interface Player {
  readonly backend: string;
  whyNot(system: SystemName): string | undefined;
  playback(rate: number, system: SystemName, device?: string): Playback;
}

/** Without these, ALSA's programs wait for 500 ms before the first sound, and pacat for two seconds. */
const ALSA_BUFFERS = ["--period-time=20000", "--buffer-time=80000"];
const alsaFormat = (rate: number) => ["-q", "-t", "raw", "-f", "S16_LE", "-c", "1", "-r", String(rate)];
const pulseFormat = (rate: number) => ["--raw", "--format=s16le", "--channels=1", `--rate=${rate}`];
const soxFormat = (rate: number) => [
  "-t",
  "raw",
  "-e",
  "signed-integer",
  "-b",
  "16",
  "-c",
  "1",
  "-r",
  String(rate),
];

export const toolRecorders: readonly Recorder[] = [
  {
    backend: "tools (parec)",
    whyNot: (system) => whyNotPulse("parec", system),
    record: (rate, _, device) =>
      capture("parec", [
        ...pulseFormat(rate),
        "--latency-msec=20",
        ...NAMED,
        ...(device ? [`--device=${device}`] : []),
      ]),
  },
  {
    backend: "tools (arecord)",
    whyNot: (system) => whyNotAlsa("arecord", system),
    record: (rate, system, device) =>
      capture("arecord", [...alsaFormat(rate), ...ALSA_BUFFERS, "-D", alsaName(system, device)]),
  },
  {
    backend: "tools (sox)",
    whyNot: () => missing("sox"),
    record: (rate, system, device) =>
      capture("sox", ["-q", "--buffer", "640", "-d", ...soxFormat(rate), "-"], soxDevice(system, device)),
  },
];

export const toolPlayers: readonly Player[] = [
  {
    backend: "tools (pacat)",
    whyNot: (system) => whyNotPulse("pacat", system),
    playback: (rate, _, device) => ({
      start: () =>
        run(
          "pacat",
          [
            ...pulseFormat(rate),
            "--latency-msec=60",
            "--verbose",
            ...NAMED,
            ...(device ? [`--device=${device}`] : []),
          ],
          "play",
        ),
      ready: /Stream started/,
      played: /Time: ([\d.]+) sec/g,
      underrun: /Stream underrun/g,
    }),
  },
  {
    backend: "tools (aplay)",
    whyNot: (system) => whyNotAlsa("aplay", system),
    playback: (rate, system, device) => ({
      start: () =>
        run("aplay", [...alsaFormat(rate), ...ALSA_BUFFERS, "-D", alsaName(system, device), "-"], "play"),
    }),
  },
  {
    backend: "tools (sox)",
    whyNot: () => missing("sox"),
    playback: (rate, system, device) => ({
      start: () =>
        run(
          "sox",
          ["-q", "--buffer", "640", ...soxFormat(rate), "-", "-d"],
          "play",
          soxDevice(system, device),
        ),
    }),
  },
];

/** What PulseAudio's mixer shows. */
const NAMED = ["--client-name=smartpbx-bridge", "--stream-name=call"];

function whyNotPulse(program: string, system: SystemName): string | undefined {
  return missing(program) ?? (system === "pulse" ? undefined : "no PulseAudio server");
}

function whyNotAlsa(program: string, system: SystemName): string | undefined {
  return missing(program) ?? (system === "pulse" || system === "alsa" ? undefined : "not Linux");
}

export function missing(program: string): string | undefined {
  return hasProgram(program) ? undefined : `${program} is not installed`;
}

/** A device's name in ALSA's words. Where PulseAudio runs, ALSA's `default` is PulseAudio. */
export function alsaName(system: SystemName, device: string | undefined): string {
  if (device === undefined) return "default";
  return system === "pulse" ? `pulse:${device}` : device;
}

function soxDevice(system: SystemName, device: string | undefined): NodeJS.ProcessEnv {
  return {
    ...(system === "pulse" && { AUDIODRIVER: "pulseaudio" }),
    ...(device !== undefined && { AUDIODEV: device }),
  };
}

/** Detached: ^C goes to a terminal's whole group, and the call must end in good order before its sound does. */
function run(
  program: string,
  args: readonly string[],
  direction: "record" | "play",
  env: NodeJS.ProcessEnv = {},
): ChildProcess {
  return spawn(program, args, {
    env: { ...soundEnvironment(), ...env },
    stdio: direction === "record" ? ["ignore", "pipe", "pipe"] : ["pipe", "ignore", "pipe"],
    detached: process.platform !== "win32",
    windowsHide: true,
  });
}

function capture(program: string, args: readonly string[], env?: NodeJS.ProcessEnv): Capture {
  const child = new Child(run(program, args, "record", env));
  return {
    stream: child.process.stdout!,
    ended: child.ended.then((how) => child.lastWords || how),
    stop: () => child.stop(),
  };
}
