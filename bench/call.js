/** Places one call with the simulator's own code and keeps every payload of both directions. */
import { FRAME_MS } from "../dist/audio/format.js";
import { silence } from "../dist/audio/signal.js";
import { placeCall } from "../dist/simulate/place-call.js";
import { Track } from "../dist/simulate/track.js";

/** A caller who says nothing. */
export const NOTHING = { name: "nothing", samplesAt: (rate) => silence(FRAME_MS, rate) };
/** Answers under way when the caller has said all are heard within this time. */
const PATIENCE_MS = 800;

/**
 * @param url of `serve`.
 * @param callee the agent's part.
 * @param options `says`: samples at any rate, `{ samplesAt }`, or a ready track · `format`, `framing` as of a track ·
 * `listenMs`: the length of the call, if it is to be longer than what is said.
 * @returns `said` and `heard`: the payloads; `hearing`: `{ arrivedAt, heardAt }` of each heard one, on `performance.now()`.
 */
export async function call(url, callee, { says = NOTHING, format, framing, listenMs = 0 }) {
  const track = says.start ? says : await Track.encode(says, format, framing);
  const said = [];
  const heard = [];
  const hearing = [];
  let openedAt;
  const observer = (event) => {
    openedAt ??= performance.now() - event.at;
    if (event.type === "caller-audio") said.push(event.payload.bytes);
    if (event.type === "agent-audio") {
      heard.push(event.payload.bytes);
      hearing.push({ arrivedAt: openedAt + event.at, heardAt: openedAt + event.heardAt });
    }
  };
  const hangUpAfterMs = Math.max(track.durationMs, listenMs) + PATIENCE_MS;
  const { senderLateness } = await placeCall({
    url,
    script: track,
    callee,
    hangUpAfterMs,
    observers: [observer],
  });
  return { said, heard, hearing, senderLateness };
}
