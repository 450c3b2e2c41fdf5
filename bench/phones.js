/**
 * Callers for the load bench, in a process of their own: N calls of 20 ms frames at absolute deadlines. Now and then a frame is a
 * mark, loud among silent ones, and the time at which it left is noted.
 */
import { WebSocket } from "ws";
import { monotonicMs } from "./monotonic.js";

const FRAME_MS = 20;
const MARK_EVERY = 16;
const SILENCE = frame(0xff);
const MARK = frame(0x80);

let calls = [];
let marks = [];
let latenesses = [];
let measuring = false;

process.on("message", async (message) => {
  if (message.type === "dial") process.send(await dial(message));
  if (message.type === "measure") process.send(await measure(message.ms));
  if (message.type === "hang-up") {
    for (const call of calls) call.socket.terminate();
    calls = [];
    process.send({ type: "hung-up" });
  }
});
setInterval(tick, 1);
process.send({ url: "" });

async function dial({ url, count }) {
  calls = await Promise.all(Array.from({ length: count }, (_, index) => connect(url, index, count)));
  return { type: "dialled" };
}

function connect(url, index, count) {
  const socket = new WebSocket(url, { perMessageDeflate: false });
  const callId = `bench-${index}`;
  // What comes back is read and left: arrival at the agent is what is timed.
  socket.on("message", () => {});
  return new Promise((resolve, reject) => {
    socket.on("error", reject);
    socket.on("open", () => {
      const mediaFormat = { encoding: "g711_ulaw", sampleRate: 8000 };
      const numbers = { callerIdNumber: "+12025550101", calleeIdNumber: "+12025550199" };
      const start = { callId, otherLegCallId: "b", ...numbers, accountId: "a", mediaFormat };
      socket.send(JSON.stringify({ event: "start", start }));
      resolve({ socket, callId, nextAt: performance.now() + 300 + (index * FRAME_MS) / count, sent: index });
    });
  });
}

function frame(byte) {
  return JSON.stringify({ event: "media", media: { payload: Buffer.alloc(160, byte).toString("base64") } });
}

function tick() {
  const now = performance.now();
  for (const call of calls) {
    while (call.nextAt <= now) {
      const isMark = call.sent++ % MARK_EVERY === 0;
      if (measuring) latenesses.push(now - call.nextAt);
      if (isMark && measuring) marks.push([call.callId, monotonicMs()]);
      call.socket.send(isMark ? MARK : SILENCE);
      call.nextAt += FRAME_MS;
    }
  }
}

async function measure(ms) {
  marks = [];
  latenesses = [];
  measuring = true;
  await new Promise((resolve) => setTimeout(resolve, ms));
  measuring = false;
  // The last marks are still under way.
  await new Promise((resolve) => setTimeout(resolve, 300));
  return { marks, latenesses };
}
