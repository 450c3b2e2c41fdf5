/** Lists the microphones and speakers of this computer, and what would carry their sound. */
import type { BackendName, Carrier, Devices, ListedDevice } from "./device.js";
import { openMicrophone, openSpeaker, players, reasonOf, recorders, waysOf } from "./open.js";
import { type SystemName, soundSystem } from "./system.js";

const DEFAULT: ListedDevice = { name: "default", label: "what the system uses by default", isDefault: true };

/** Never rejects: where there is nothing, the lists are empty. */
export async function listDevices(backend?: BackendName): Promise<Devices> {
  const { name, microphones, speakers } = await soundSystem();
  const [inputs, outputs] = await Promise.all([
    microphones.length > 0 || name === "pulse" ? microphones : unlisted(openMicrophone({ backend })),
    speakers.length > 0 || name === "pulse" ? speakers : unlisted(openSpeaker({ backend })),
  ]);
  return {
    microphones: inputs,
    speakers: outputs,
    microphoneBackend: inputs.length > 0 ? carrier(recorders, name, backend) : undefined,
    speakerBackend: outputs.length > 0 ? carrier(players, name, backend) : undefined,
  };
}

/** Where nothing can be listed, a default device may work all the same: it is tried. */
async function unlisted(opening: Promise<{ stop(): Promise<void> }>): Promise<readonly ListedDevice[]> {
  try {
    await (await opening).stop();
    return [DEFAULT];
  } catch {
    return [];
  }
}

function carrier(
  ways: typeof recorders | typeof players,
  system: SystemName,
  backend: BackendName | undefined,
): Carrier | undefined {
  const failures: string[] = [];
  for (const way of waysOf<(typeof ways)[number]>(ways, backend)) {
    const why = way.whyNot(system);
    if (why === undefined) return { backend: way.backend, reason: reasonOf(failures, backend) };
    failures.push(why);
  }
  return undefined;
}
