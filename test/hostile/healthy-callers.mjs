/**
 * Two calls in good order from one process, a frame each every 20 ms, to two servers: one is under attack, the other is not.
 * Argument: `{ urls, pids }` as JSON. On any message: tells of every frame when it was sent, when it came back, and how long
 * the server's main thread had run and had waited for a processor meanwhile.
 */
import { readFileSync } from "node:fs";
import { WebSocket } from "ws";

const FRAME_MS = 20;
const FRAME_BYTES = 160;
const GREETING = `{"event":"media","media":{"payload":"${Buffer.alloc(FRAME_BYTES, 0x7f).toString("base64")}"}}`;
/** The echo of a machine that stalled again and again lies this far behind at most. */
const MOST_MISSING_MS = 20_000;
const { urls, pids } = JSON.parse(process.argv[2]);

/** How long its main thread has run and has waited to run. Linux tells this of every thread; elsewhere nothing is known. */
function spent(pid) {
  try {
    const [ran, waited] = readFileSync(`/proc/${pid}/schedstat`, "utf8").split(" ");
    return { ranMs: Number(ran) / 1e6, waitedMs: Number(waited) / 1e6 };
  } catch {
    return undefined;
  }
}

const calls = urls.map((url, index) => ({
  socket: new WebSocket(url, { perMessageDeflate: false }),
  pid: pids[index],
  frames: [],
  next: 0,
  /** Frames that came back other than they were sent, or in another order. */
  spoilt: 0,
  ended: undefined,
}));

/** No frame is like another: its number stands in it. */
function sound(number) {
  const bytes = Buffer.alloc(FRAME_BYTES, 0x55);
  bytes.writeUInt32BE((number * 2654435761) >>> 0, 0);
  bytes.writeUInt32BE(number, 4);
  return bytes.toString("base64");
}

function speak(call) {
  const payload = sound(call.frames.length);
  call.frames.push({ payload, sentAt: performance.now(), before: spent(call.pid) });
  call.socket.send(`{"event":"media","media":{"payload":"${payload}"}}`);
}

function hear(call, text) {
  const [, payload] = /"payload":"([^"]*)"/.exec(text) ?? [];
  const frame = call.frames[call.next];
  // While the caller's words are on their way, silence may be heard; it is not ours.
  if (frame?.payload !== payload) {
    const k = call.frames.findIndex((sent, at) => at > call.next && sent.payload === payload);
    if (k < 0) return;
    call.spoilt += k - call.next;
    call.next = k;
  }
  const back = call.frames[call.next++];
  back.backAt = performance.now();
  const now = spent(call.pid);
  if (!now) return;
  back.ranMs = now.ranMs - back.before.ranMs;
  back.waitedMs = now.waitedMs - back.before.waitedMs;
}

for (const call of calls) {
  call.socket.on("error", () => {});
  call.socket.on("close", (code) => (call.ended = code));
  call.socket.on("message", (data) => hear(call, data.toString()));
}
await Promise.all(calls.map(({ socket }) => new Promise((resolve) => socket.once("open", resolve))));
for (const [index, call] of calls.entries()) {
  const mediaFormat = { encoding: "g711_ulaw", sampleRate: 8000 };
  const start = { callId: `healthy-${index}`, accountId: "a", calleeIdNumber: "echo", mediaFormat };
  call.socket.send(JSON.stringify({ event: "start", start }));
}

// What is said before the agent is there may be dropped: this call begins when it is heard.
for (const call of calls) {
  const asking = setInterval(() => call.socket.send(GREETING), 100);
  await new Promise((resolve) => call.socket.once("message", resolve));
  clearInterval(asking);
}
await new Promise((resolve) => setTimeout(resolve, 500));
const begin = performance.now();
const speaking = setInterval(() => {
  const due = Math.floor((performance.now() - begin) / FRAME_MS);
  for (const call of calls) if (call.ended === undefined) while (call.frames.length < due) speak(call);
}, FRAME_MS / 4);
process.send("speaking");

process.on("message", async () => {
  clearInterval(speaking);
  // What is on its way may still come: we stay on the line and say nothing new.
  const quiet = setInterval(() => {
    for (const { socket } of calls) socket.send(GREETING);
  }, FRAME_MS);
  for (
    let left = MOST_MISSING_MS;
    left > 0 && calls.some(({ next, frames }) => next < frames.length);
    left -= 100
  )
    await new Promise((resolve) => setTimeout(resolve, 100));
  clearInterval(quiet);
  const told = calls.map(({ frames, spoilt, ended }) => ({
    spoilt,
    ended,
    frames: frames.map(({ sentAt, backAt = null, ranMs = null, waitedMs = 0 }) => [
      sentAt,
      backAt,
      ranMs,
      waitedMs,
    ]),
  }));
  process.send({ epoch: performance.timeOrigin, calls: told }, () => {
    for (const { socket } of calls) socket.close(1000);
    process.disconnect();
  });
});
// Whoever started this is gone.
process.on("disconnect", () => setTimeout(() => process.exit(), 1000).unref());
