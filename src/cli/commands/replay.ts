/** `replay`: plays saved calls again. */
import type { Resolution } from "../../config/resolve.js";
import type { Values } from "../../config/setting.js";
import { BridgeError } from "../../errors.js";
import type { Io } from "../ui/io.js";
import { checkNamed } from "./named-recordings.js";

export type ReplaySettings = Values<"replay">;

export function readSettings({ values, sources }: Resolution<"replay">): ReplaySettings {
  // A stand-in for an agent talks to whoever calls, unless it is told to keep to the recording.
  if (values.as === "agent" && sources.timing === "default") return { ...values, timing: "turns" };
  return values;
}

/** @throws BridgeError `bad-flag` when nothing is named to be replayed. */
export async function run(settings: ReplaySettings, io: Io): Promise<number> {
  if (settings.replayed.length === 0)
    throw new BridgeError("bad-flag", "replay needs a recording", {
      fix: "Name its folder, or one that holds several. One is made by: smartpbx-bridge serve --record recordings",
    });
  checkNamed("replay", settings.replayed);
  if (settings.as === "agent") return (await import("./replay-agent.js")).replayAsAgent(settings, io);
  return (await import("./replay-caller.js")).replayAsCaller(settings, io);
}
