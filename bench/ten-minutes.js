/** Ten minutes of a call in no time: the pure call on a manual clock, always woken late, as on a busy machine. */
import { FRAME_MS, PORTAL_FORMATS, pcm16 } from "../dist/audio/format.js";
import { Payload } from "../dist/audio/payload.js";
import { Call } from "../dist/call/call.js";
import { ManualClock } from "../dist/clock.js";

const MINUTE_MS = 60_000;
const CALL_MS = 10 * MINUTE_MS;
const POUR_MS = 5000;
const MOST_LATE_MS = 10;
const AGENT = pcm16(8000);
const SETTINGS = {
  agent: "bench",
  leadMs: 60,
  preRollMs: 0,
  maxQueuedMs: 30_000,
  startTimeoutMs: CALL_MS,
  idleTimeoutMs: 2 * CALL_MS,
  maxDurationMs: 2 * CALL_MS,
};

export function tenMinutesRow() {
  const sentAt = play();
  const early = sentAt[0];
  // When each frame left, against the time line that the first frame began.
  const late = sentAt.map((at, k) => at - early - k * FRAME_MS);
  const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const perMinute = MINUTE_MS / FRAME_MS;
  const drift = mean(late.slice(-perMinute)) - mean(late.slice(perMinute, 2 * perMinute));
  const frames = CALL_MS / FRAME_MS;
  return {
    cells: [
      `10 minutes of simulated time: drift of the last minute against the second, ms`,
      drift.toFixed(2),
      `${sentAt.length} frames; each wake-up up to ${MOST_LATE_MS} ms late`,
      "± 1",
    ],
    ok: Math.abs(drift) <= 1 && Math.abs(sentAt.length - frames) <= SETTINGS.leadMs / FRAME_MS + 1,
  };
}

/** @returns when each frame left, in ms. */
function play() {
  const clock = new ManualClock();
  const sentAt = [];
  let timer;
  const nothing = () => {};
  const call = new Call(SETTINGS, {
    sendToCaller: () => sentAt.push(clock.now()),
    closeCaller: nothing,
    connectAgent: nothing,
    sendToAgent: nothing,
    sendDtmfToAgent: nothing,
    sendHangupToAgent: nothing,
    interruptAgent: nothing,
    closeAgent: nothing,
    note: nothing,
    wakeAt(at) {
      timer?.cancel();
      timer = undefined;
      if (at === Number.POSITIVE_INFINITY) return;
      timer = clock.setTimer(() => call.handle({ type: "wake" }, clock.now()), at - clock.now() + lateness());
    },
  });
  const info = { callId: "1", accountId: "1", caller: "1", callee: "2", format: PORTAL_FORMATS.g711_ulaw };
  call.handle({ type: "pbx", message: { type: "start", info, raw: {} } }, 0);
  call.handle({ type: "agent-ready", hears: AGENT, speaks: AGENT, passthrough: false }, 0);
  const pour = () => {
    const payload = Payload.fromBytes(Buffer.alloc(POUR_MS * 16));
    call.handle({ type: "agent", event: { type: "audio", payload } }, clock.now());
    clock.setTimer(pour, POUR_MS);
  };
  pour();
  pour();
  clock.advance(CALL_MS);
  return sentAt;
}

let state = 1;
/** Even from 0 to the most, always the same sequence (the multiplier of MINSTD). */
function lateness() {
  state = (state * 48_271) % 2_147_483_647;
  return (state / 2_147_483_647) * MOST_LATE_MS;
}
