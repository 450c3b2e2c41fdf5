/** Microphones and speakers, and what would carry their sound. A server needs none of them. */
import { readFile } from "node:fs/promises";
import type { BackendName, Carrier, Devices, ListedDevice } from "../../devices/device.js";
import { listDevices } from "../../devices/list.js";
import { hasProgram } from "../../programs.js";
import { type Checked, fine, type Problem } from "../checked.js";
import { installHint } from "./install-hint.js";

export interface SoundToCheck {
  /** `--audio`: with it, sound is asked for, and none is a finding. */
  readonly audio: BackendName | undefined;
}

/** The programs that carry sound best; one set of them is enough. */
const PROGRAM_SETS = [
  ["parec", "pacat"],
  ["arecord", "aplay"],
] as const;

export async function checkSound(
  { audio }: SoundToCheck,
  list: typeof listDevices = listDevices,
  missing: () => readonly string[] = missingPrograms,
  release: () => Promise<string> = osRelease,
): Promise<Checked> {
  const devices = await list(audio);
  const parts = [
    shownSide("microphone", devices.microphones, devices.microphoneBackend),
    shownSide("speaker", devices.speakers, devices.speakerBackend),
  ];
  const measured = {
    microphones: devices.microphones.length,
    speakers: devices.speakers.length,
    microphoneBackend: devices.microphoneBackend?.backend ?? null,
    speakerBackend: devices.speakerBackend?.backend ?? null,
  };
  const findings = findingsOf(devices, audio, await release());
  const value = parts.join("; ");
  if (findings.length > 0) return { name: "sound", what: "sound", value, measured, findings };
  return fine("sound", "sound", value, { measured, ...(await hintOf(devices, missing, release)) });
}

function shownSide(what: string, devices: readonly ListedDevice[], carrier: Carrier | undefined): string {
  if (devices.length === 0) return `no ${what}`;
  const number = `${devices.length} ${what}${devices.length === 1 ? "" : "s"}`;
  return `${number}${carrier ? ` through ${carrier.backend}` : " that nothing here can use"}`;
}

function findingsOf(devices: Devices, audio: BackendName | undefined, release: string): Problem[] {
  const stranded = [
    devices.microphones.length > 0 && !devices.microphoneBackend && "microphone",
    devices.speakers.length > 0 && !devices.speakerBackend && "speaker",
  ].filter((what) => what !== false);
  if (stranded.length > 0)
    return [
      {
        code: "sound-programs-missing",
        severity: "warning",
        seen: `There is a ${stranded.join(" and a ")}, and no program or package here that can use it.`,
        why: "simulate --mic and --speaker cannot work; calls with files and scenarios can.",
        fix: `${installHint(release)} Or talk through a browser: simulate --browser`,
      },
    ];
  if (audio === undefined || (devices.microphones.length > 0 && devices.speakers.length > 0)) return [];
  return [
    {
      code: "no-sound",
      severity: "error",
      seen: `Sound was asked for with --audio ${audio}, and this computer has no ${devices.microphones.length > 0 ? "speaker" : "microphone"} that works.`,
      why: "simulate --mic cannot work here.",
      fix: "Talk through a browser with simulate --browser, or let a file talk with simulate --wav FILE.",
    },
  ];
}

async function hintOf(
  { microphones, speakers }: Devices,
  missing: () => readonly string[],
  release: () => Promise<string>,
): Promise<{ hint?: string }> {
  if (microphones.length === 0 && speakers.length === 0) {
    const programs = missing();
    const install =
      programs.length > 0 ? ` If it has a sound card: ${lowerFirst(installHint(await release()))}` : "";
    return {
      hint: `Only simulate --mic and --speaker need one; simulate --browser takes the browser's.${install}`,
    };
  }
  return {};
}

function missingPrograms(): readonly string[] {
  if (process.platform !== "linux") return hasProgram("sox") ? [] : ["sox"];
  const sets = PROGRAM_SETS.map((set) => set.filter((name) => !hasProgram(name)));
  return sets.some((absent) => absent.length === 0) ? [] : sets.flat();
}

function osRelease(): Promise<string> {
  return readFile("/etc/os-release", "utf8").catch(() => "");
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
