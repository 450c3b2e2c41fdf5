/**
 * Callers for the load bench, in a process of their own: N calls of 20 ms frames at absolute deadlines. The first bytes of a
 * frame carry a number, so that the echo of each frame tells how long it was under way.
 */
import { WebSocket } from "ws";

const FRAME_MS = 20;
let calls = [];
let delays = [];
let latenesses = [];
let intervals = [];
let measuring = false;

process.on("message", async (message) => {
  if (message === "usage") return;
  if (message.type === "dial") process.send(await dial(message));
  if (message.type === "measure") process.send(await measure(message.ms));
  if (message.type === "hang-up") {
    for (const call of calls) call.socket.terminate();
    calls = [];
    process.send({ type: "hung-up" });
  }
});
process.send({ url: "" });

async function dial({ url, count }) {
  calls = await Promise.all(Array.from({ length: count }, (_, index) => connect(url, index, count)));
  return { type: "dialled" };
}

function connect(url, index, count) {
  const socket = new WebSocket(url, { perMessageDeflate: false });
  const call = { socket, nextAt: 0, sent: 0, sentAt: new Map(), lastAt: undefined };
  socket.on("message", (data) => received(call, data));
  return new Promise((resolve, reject) => {
    socket.on("error", reject);
    socket.on("open", () => {
      const start = { callId: `bench-${index}`, otherLegCallId: "b", callerIdNumber: "+1", calleeIdNumber: "+2", accountId: "a", mediaFormat: { encoding: "g711_ulaw", sampleRate: 8000 } };
      socket.send(JSON.stringify({ event: "start", start }));
      call.nextAt = performance.now() + 200 + (index * FRAME_MS) / count;
      resolve(call);
    });
  });
}

/**
 * Every 32nd frame is a loud mark in a stream of silence, a level of its own that survives transcoding; its echo is timed by
 * the first payload that is not silence.
 */
const MARK_EVERY = 32;
const SILENCE = frame(0xff);
const MARK = frame(0x80);

function frame(byte) {
  return JSON.stringify({ event: "media", media: { payload: Buffer.alloc(160, byte).toString("base64") } });
}

function tick() {
  const now = performance.now();
  for (const call of calls) {
    while (call.nextAt > 0 && call.nextAt <= now) {
      const isMark = call.sent % MARK_EVERY === MARK_EVERY - 1;
      if (measuring) latenesses.push(now - call.nextAt);
      if (isMark) call.markAt = performance.now();
      call.socket.send(isMark ? MARK : SILENCE);
      call.sent++;
      call.nextAt += FRAME_MS;
    }
  }
}
setInterval(tick, 1);

function received(call, data) {
  const now = performance.now();
  if (measuring && call.lastAt !== undefined) intervals.push(now - call.lastAt);
  call.lastAt = now;
  if (call.markAt === undefined) return;
  // The payload is the last string of the message. A mark is loud from its first sample on; silence is all 0xFF.
  const text = data.latin1Slice(0, data.length);
  const at = text.indexOf('"payload":"') + 11;
  const payload = Buffer.from(text.slice(at, text.indexOf('"', at)), "base64");
  if (payload.every((byte) => byte === 0xff || byte === 0x7f)) return;
  if (measuring) delays.push(now - call.markAt);
  call.markAt = undefined;
}

async function measure(ms) {
  delays = [];
  latenesses = [];
  intervals = [];
  measuring = true;
  await new Promise((resolve) => setTimeout(resolve, ms));
  measuring = false;
  return { type: "measured", delays: percentiles(delays), lateness: percentiles(latenesses), intervals: percentiles(intervals), frames: intervals.length, marks: delays.length };
}

function percentiles(values) {
  const sorted = values.sort((a, b) => a - b);
  const at = (p) => sorted[Math.min(sorted.length - 1, Math.floor((p / 100) * sorted.length))];
  return { p1: at(1), p50: at(50), p99: at(99), max: sorted.at(-1) };
}
