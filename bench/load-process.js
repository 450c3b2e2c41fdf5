/** A load in a process of its own, set up as the command line is. Argument: `{ url, says, calls, ratePerS, hangUpAfterMs }` as JSON. */
import { PORTAL_FORMATS } from "../dist/audio/format.js";
import { sine } from "../dist/audio/signal.js";
import { keepPausesShort } from "../dist/cli/short-pauses.js";
import { runLoad } from "../dist/simulate/load.js";
import { Track } from "../dist/simulate/track.js";

const WARM_UP_CALLS = 20;
const WARM_UP_MS = 3000;

keepPausesShort();
const { url, says, calls, ratePerS, hangUpAfterMs } = JSON.parse(process.argv[2]);

/** `says`: how long the caller speaks and is silent, again and again. */
function samplesAt(rate) {
  const { voicedMs, silentMs, times } = says;
  const samples = new Int16Array(((voicedMs + silentMs) * times * rate) / 1000);
  const word = sine(440, -9, voicedMs, rate);
  for (let k = 0; k < times; k++) samples.set(word, ((voicedMs + silentMs) * k * rate) / 1000);
  return samples;
}

process.send({ url: "" });
process.on("message", async (message) => {
  if (message !== "run") return;
  const script = await Track.encode({ name: "words", samplesAt }, PORTAL_FORMATS.g711_ulaw);
  const load = { call: { url, script, hangUpAfterMs }, calls, concurrency: calls, ratePerS };
  // What the first calls bring with them, compiled code above all, is not a cost of every call.
  await runLoad({ ...load, call: { url, script, hangUpAfterMs: WARM_UP_MS }, calls: WARM_UP_CALLS });
  const { summary } = await runLoad(load);
  process.send(summary);
});
