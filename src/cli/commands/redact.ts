/** `redact`: takes personal data out of a saved call. */
import type { Resolution } from "../../config/resolve.js";
import type { Values } from "../../config/setting.js";
import type { Io } from "../ui/io.js";

export type RedactSettings = Values<"redact">;

export function readSettings({ values }: Resolution<"redact">): RedactSettings {
  return values;
}

export async function run(_settings: RedactSettings, _io: Io): Promise<number> {
  throw new Error("not built yet");
}
