/** `inspect`: shows a saved call. */
import type { Resolution } from "../../config/resolve.js";
import type { Values } from "../../config/setting.js";
import type { Io } from "../ui/io.js";

export type InspectSettings = Values<"inspect">;

export function readSettings({ values }: Resolution<"inspect">): InspectSettings {
  return values;
}

export async function run(_settings: InspectSettings, _io: Io): Promise<number> {
  throw new Error("not built yet");
}
