/** Opens the microphone or the speaker: the best way that works here, and in a few words why it is that one. */
import { BridgeError } from "../errors.js";
import { cardPlayer, cardRecorder } from "./card.js";
import {
  type BackendName,
  DEVICE_RATE_HZ,
  type DeviceChoice,
  type Microphone,
  type Speaker,
} from "./device.js";
import { CaptureMicrophone, type Told } from "./microphone.js";
import { ChildSpeaker } from "./speaker.js";
import { findDevice, type SoundSystem, soundSystem } from "./system.js";
import { type Player, type Recorder, toolPlayers, toolRecorders } from "./tools.js";

/**
 * In the order of their quality as measured (docs/sound.md): on Linux the computer's own programs have a third of the delay
 * of `mic` and `speaker`, and no gaps. Elsewhere there are only the packages, and sox.
 */
const isLinux = process.platform === "linux";
export const recorders = inOrder<Recorder>(cardRecorder, toolRecorders);
export const players = inOrder<Player>(cardPlayer, toolPlayers);

function inOrder<T>(card: T, tools: readonly T[]): readonly T[] {
  return isLinux ? [...tools.slice(0, -1), card, tools.at(-1)!] : [card, tools.at(-1)!];
}

/**
 * A microphone that gives sound already.
 * @throws BridgeError `unknown-device`, `no-sound`
 */
export async function openMicrophone(choice: DeviceChoice = {}): Promise<Microphone> {
  const system = await soundSystem();
  const device = findDevice(choice.name, system.microphones, system, "microphone");
  if (device === undefined && system.name === "pulse" && system.microphones.length === 0)
    throw noSound("microphone", ["the computer has none"]);
  return firstThatWorks("microphone", recorders, choice, system, device, async (recorder, told) =>
    CaptureMicrophone.open(
      await recorder.record(told.sampleRate, system.name, device),
      told,
      choice.onNotice,
    ),
  );
}

/**
 * A speaker that plays already.
 * @throws BridgeError `unknown-device`, `no-sound`
 */
export async function openSpeaker(choice: DeviceChoice = {}): Promise<Speaker> {
  const system = await soundSystem();
  const device = findDevice(choice.name, system.speakers, system, "speaker");
  if (device === undefined && system.name === "pulse" && system.speakers.length === 0)
    throw noSound("speaker", ["the computer has none"]);
  return firstThatWorks("speaker", players, choice, system, device, (player, told) =>
    ChildSpeaker.open(player.playback(told.sampleRate, system.name, device), told),
  );
}

interface Way {
  readonly backend: string;
  whyNot(system: SoundSystem["name"]): string | undefined;
}

async function firstThatWorks<W extends Way, T>(
  what: "microphone" | "speaker",
  ways: readonly W[],
  { backend, sampleRate = DEVICE_RATE_HZ }: DeviceChoice,
  system: SoundSystem,
  device: string | undefined,
  open: (way: W, told: Told) => Promise<T>,
): Promise<T> {
  const listed = what === "microphone" ? system.microphones : system.speakers;
  const name = device ?? listed.find(({ isDefault }) => isDefault)?.name ?? "default";
  const failures: string[] = [];
  for (const way of waysOf(ways, backend)) {
    const why = way.whyNot(system.name);
    if (why !== undefined) {
      failures.push(why);
      continue;
    }
    try {
      return await open(way, { name, backend: way.backend, reason: reasonOf(failures, backend), sampleRate });
    } catch (error) {
      failures.push(`${way.backend}: ${(error as Error).message}`);
    }
  }
  throw noSound(what, failures);
}

export function waysOf<W extends Way>(ways: readonly W[], backend: BackendName | undefined): readonly W[] {
  return backend === undefined ? ways : ways.filter((way) => way.backend.startsWith(backend));
}

/** Why it is this way: what stood in the way of those before it. */
export function reasonOf(failures: readonly string[], backend?: BackendName): string {
  if (failures.length > 0) return failures.join("; ");
  if (backend !== undefined) return "as asked for";
  return isLinux ? "the shortest delay of what was measured" : "the computer's own sound";
}

function noSound(what: "microphone" | "speaker", failures: readonly string[]): BridgeError {
  const why = failures.join("; ");
  const isRefused = /permission denied|access denied|not permitted/i.test(why);
  const instead =
    what === "microphone"
      ? "Talk through a browser with --browser, or let a file talk with --wav FILE."
      : "Listen through a browser with --browser, or write what is heard to a file with --out FILE.";
  return new BridgeError(
    "no-sound",
    isRefused ? `The ${what} may not be used: ${why}` : `No ${what} works here: ${why}`,
    { fix: isRefused ? `Add yourself to the group audio and log in again. Or: ${instead}` : instead },
  );
}
