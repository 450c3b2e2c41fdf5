/** Calls as a recording's caller did, and compares what came of it. */
import { compareCalls } from "../replay/compare.js";
import { loadExpectations } from "../replay/expectations.js";
import { openReplay, replayCall } from "../replay/replay.js";
import type { PlaceCallSettings } from "./call-settings.js";
import type { Play } from "./watched-call.js";

/** What a recording brings with it: it cannot be given. */
const ITS_OWN = [
  ...["format", "opusFraming", "profile", "caller", "callee", "account", "keys", "hangUpAfter", "dropAfter"],
  ...["network", "quirks", "seed", "tts"],
];

/** @throws BridgeError `bad-recording`, `bad-expectations`, `cannot-read`. TypeError for options that do not go with a recording. */
export async function recordedCall(folder: string, options: PlaceCallSettings): Promise<Play> {
  const given = Object.entries(options).filter(
    ([name, value]) => value !== undefined && ITS_OWN.includes(name),
  );
  if (given.length > 0)
    throw new TypeError(
      `${given.map(([name]) => name).join(", ")}: a recording brings its own, leave it out`,
    );
  const { timing = "exact", expect, record, showPersonal } = options;
  const replay = await openReplay(folder, timing);
  const { tolerances, accepted } = await loadExpectations(folder, expect);
  const { caller } = replay;
  return {
    script: caller.call.script,
    async place(script, { name: endpoint, over: _, ...line }) {
      const overheard = { ...replay, caller: { ...caller, call: { ...caller.call, script } } };
      const replayed = await replayCall(overheard, {
        ...line,
        endpoint,
        ...(record !== undefined && { record }),
        ...(showPersonal !== undefined && { showPersonal }),
      });
      const verdicts = compareCalls({ ...replayed, tolerances, accepted });
      return { result: replayed.result, verdicts, folder: replayed.folder };
    },
  };
}
