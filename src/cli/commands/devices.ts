/** `devices`: lists the microphones and speakers of this computer, which are the default, and what carries their sound. */
import type { Values } from "../../config/setting.js";
import type { Carrier, ListedDevice } from "../../devices/device.js";
import { listDevices } from "../../devices/list.js";
import { jsonLine } from "../../report/jsonl.js";
import { safeText } from "../../report/safe-text.js";
import type { Style } from "../../report/style.js";
import { EXIT_OK } from "../exit-codes.js";
import { makeStyle } from "../ui/color.js";
import type { Io } from "../ui/io.js";

export async function run({ json, noColor, audio }: Values<"devices">, io: Io): Promise<number> {
  const devices = await listDevices(audio);
  if (json) {
    const { microphones, speakers, microphoneBackend = null, speakerBackend = null } = devices;
    io.stdout.write(jsonLine({ type: "devices", microphones, speakers, microphoneBackend, speakerBackend }));
    return EXIT_OK;
  }
  const style = await makeStyle(io, noColor);
  const groups = [
    describe("Microphones, for --mic NAME", devices.microphones, devices.microphoneBackend, style) ??
      "No microphone works here. A browser can be one: simulate --browser. Or let a file talk: simulate --wav FILE.",
    describe("Speakers, for --speaker NAME", devices.speakers, devices.speakerBackend, style) ??
      "No speaker works here. A browser can be one: simulate --browser. Or write a file: simulate --out FILE.",
  ];
  io.stdout.write(`${groups.join("\n\n")}\n`);
  return EXIT_OK;
}

/** Undefined where there is nothing to list. */
function describe(
  title: string,
  devices: readonly ListedDevice[],
  carrier: Carrier | undefined,
  style: Style,
): string | undefined {
  if (devices.length === 0) return undefined;
  const through = carrier
    ? `through ${carrier.backend}: ${carrier.reason}`
    : "nothing here can carry their sound";
  return [
    `${style.bold(title)}  ${style.dim(through)}`,
    // The labels come from hardware.
    ...devices.map(({ name, label, isDefault }) => {
      const said = label === name ? "" : `  ${style.dim(safeText(label, 80))}`;
      return `${isDefault ? "* " : "  "}${safeText(name, 120)}${said}`;
    }),
    ...(devices.some(({ isDefault }) => isDefault) ? [style.dim("* used where no name is given")] : []),
  ].join("\n");
}
