/** `replay`: plays saved calls again. */
import type { Resolution } from "../../config/resolve.js";
import type { Values } from "../../config/setting.js";
import type { Io } from "../ui/io.js";

export type ReplaySettings = Values<"replay">;

export function readSettings({ values }: Resolution<"replay">): ReplaySettings {
  return values;
}

export async function run(_settings: ReplaySettings, _io: Io): Promise<number> {
  throw new Error("not built yet");
}
