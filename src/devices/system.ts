/** The sound system of this computer: which devices it has, and what they are called. */
import { BridgeError } from "../errors.js";
import { suggest } from "../suggest.js";
import type { ListedDevice } from "./device.js";
import { answerOf } from "./programs.js";

/** `plain` is any system whose devices we cannot list: Windows, and a Linux without the programs to ask. */
export type SystemName = "pulse" | "alsa" | "coreaudio" | "plain";

export interface SoundSystem {
  readonly name: SystemName;
  readonly microphones: readonly ListedDevice[];
  readonly speakers: readonly ListedDevice[];
  /** Names that work too and are not listed, such as PulseAudio's monitors. */
  readonly unlisted: readonly string[];
}

/** PulseAudio (or PipeWire in its place) where a server answers, else ALSA's cards, else what the platform tells. */
export async function soundSystem(): Promise<SoundSystem> {
  if (process.platform === "darwin") return coreAudio();
  if (process.platform !== "linux") return NOTHING_LISTED;
  return (await pulse()) ?? (await alsa());
}

const NOTHING_LISTED: SoundSystem = { name: "plain", microphones: [], speakers: [], unlisted: [] };

async function pulse(): Promise<SoundSystem | undefined> {
  const info = await answerOf("pactl", ["info"]);
  if (info === undefined) return undefined;
  const [sources = "", sinks = ""] = await Promise.all([
    answerOf("pactl", ["list", "sources"]),
    answerOf("pactl", ["list", "sinks"]),
  ]);
  const all = readPulse(sources, /^Default Source: (.+)$/m.exec(info)?.[1]);
  return {
    name: "pulse",
    microphones: all.filter(({ isMonitor }) => !isMonitor).map(({ isMonitor: _, ...device }) => device),
    speakers: readPulse(sinks, /^Default Sink: (.+)$/m.exec(info)?.[1]).map(
      ({ isMonitor: _, ...device }) => device,
    ),
    unlisted: all.filter(({ isMonitor }) => isMonitor).map(({ name }) => name),
  };
}

/** What `pactl list sources` or `sinks` says in English. */
export function readPulse(text: string, defaultName?: string): (ListedDevice & { isMonitor: boolean })[] {
  return text
    .split(/^(?:Source|Sink) #\d+$/m)
    .map((part) => ({
      name: /^\tName: (.+)$/m.exec(part)?.[1] ?? "",
      label: /^\tDescription: (.+)$/m.exec(part)?.[1],
      isMonitor: /^\tMonitor of Sink: (?!n\/a)/m.test(part),
    }))
    .filter(({ name }) => name !== "")
    .map(({ name, label, isMonitor }) => ({
      name,
      label: label && label !== "(null)" ? label : name,
      isDefault: name === defaultName,
      isMonitor,
    }));
}

async function alsa(): Promise<SoundSystem> {
  const [captures, playbacks] = await Promise.all([answerOf("arecord", ["-l"]), answerOf("aplay", ["-l"])]);
  return {
    name: captures === undefined && playbacks === undefined ? "plain" : "alsa",
    microphones: readAlsa(captures ?? ""),
    speakers: readAlsa(playbacks ?? ""),
    unlisted: [],
  };
}

/** What `arecord -l` says. The first card is the default unless ALSA's configuration says otherwise. */
export function readAlsa(text: string): ListedDevice[] {
  const lines = text.matchAll(/^card \d+: (\S+) \[(.*?)\], device (\d+): .*?\[(.*?)\]/gm);
  return [...lines].map(([, card, label, device, part], index) => ({
    name: `plughw:CARD=${card},DEV=${device}`,
    label: part && part !== label ? `${label}, ${part}` : (label ?? ""),
    isDefault: index === 0,
  }));
}

async function coreAudio(): Promise<SoundSystem> {
  const text = await answerOf("system_profiler", ["SPAudioDataType", "-json"], 10_000);
  return { name: "coreaudio", ...readCoreAudio(text ?? "{}"), unlisted: [] };
}

/** What `system_profiler SPAudioDataType -json` says. */
export function readCoreAudio(text: string): Pick<SoundSystem, "microphones" | "speakers"> {
  const devices = coreAudioItems(text);
  const those = (has: string, isDefault: string) =>
    devices
      .filter((device) => has in device)
      .map((device) => {
        const name = String(device._name);
        return { name, label: name, isDefault: device[isDefault] === "spaudio_yes" };
      });
  return {
    microphones: those("coreaudio_device_input", "coreaudio_default_audio_input_device"),
    speakers: those("coreaudio_device_output", "coreaudio_default_audio_output_device"),
  };
}

function coreAudioItems(text: string): Record<string, unknown>[] {
  try {
    const { SPAudioDataType: groups = [] } = JSON.parse(text) as {
      SPAudioDataType?: { _items?: Record<string, unknown>[] }[];
    };
    return groups.flatMap(({ _items = [] }) => _items);
  } catch {
    return [];
  }
}

/**
 * The device that is meant by `wanted`: its name, its label, or a part that only one of them has.
 * @returns undefined for the default device, when `wanted` is undefined
 * @throws BridgeError `unknown-device` with the names there are
 */
export function findDevice(
  wanted: string | undefined,
  devices: readonly ListedDevice[],
  system: SoundSystem,
  what: "microphone" | "speaker",
): string | undefined {
  if (wanted === undefined || wanted === "default") return undefined;
  const low = wanted.toLowerCase();
  const exact =
    devices.find(({ name }) => name === wanted) ?? devices.find(({ label }) => label.toLowerCase() === low);
  if (exact) return exact.name;
  // ALSA makes names out of its plugins, more than it lists; CoreAudio and Windows decide themselves.
  const isOwnName = system.name === "alsa" && /^[a-z_]+(:|$)/.test(wanted) && /:/.test(wanted);
  if (system.unlisted.includes(wanted) || system.name === "plain" || isOwnName) return wanted;
  const partly = devices.filter(({ name, label }) => `${name}\n${label}`.toLowerCase().includes(low));
  if (partly.length === 1) return partly[0]!.name;
  throw unknownDevice(wanted, partly.length > 1 ? partly : devices, partly.length > 1, what);
}

function unknownDevice(
  wanted: string,
  among: readonly ListedDevice[],
  isMany: boolean,
  what: string,
): BridgeError {
  const names = among.map(({ name }) => name);
  const meant = isMany ? undefined : suggest(wanted, names);
  return new BridgeError(
    "unknown-device",
    isMany ? `More than one ${what} is called ${wanted}` : `There is no ${what} called ${wanted}`,
    {
      fix: `${meant ? `Did you mean ${meant}? ` : ""}${names.length > 0 ? `There are: ${names.join(", ")}.` : "There is none."} See: smartpbx-bridge devices`,
    },
  );
}
