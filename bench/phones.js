/**
 * Callers for the load bench, in a process of their own: N calls of 20 ms frames at absolute deadlines. Now and then a frame is a
 * mark, loud among silent ones, and the time at which it left is noted.
 */
import { WebSocket } from "ws";
import { loadOpus } from "../dist/audio/opus.js";
import { monotonicMs } from "./monotonic.js";

const FRAME_MS = 20;
const MARK_EVERY = 16;
/** A frame of silence and a mark, as messages. */
const FRAMES = {
  g711_ulaw: [0xff, 0x80].map((byte) => message(Buffer.alloc(160, byte))),
  opus: await opusFrames(),
};

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

/** `apartMs` lies between one call and the next; 0 for all at once. */
async function dial({ url, count, apartMs = 0, encoding = "g711_ulaw" }) {
  const connecting = Array.from({ length: count }, async (_, index) => {
    await new Promise((resolve) => setTimeout(resolve, index * apartMs));
    return connect(url, index, count, encoding);
  });
  calls = await Promise.all(connecting);
  return { type: "dialled" };
}

function connect(url, index, count, encoding) {
  const socket = new WebSocket(url, { perMessageDeflate: false });
  const callId = `bench-${index}`;
  // What comes back is read and left: arrival at the agent is what is timed.
  socket.on("message", () => {});
  return new Promise((resolve, reject) => {
    socket.on("error", reject);
    socket.on("open", () => {
      const mediaFormat = { encoding, sampleRate: encoding === "opus" ? 48000 : 8000 };
      const numbers = { callerIdNumber: "+12025550101", calleeIdNumber: "+12025550199" };
      const start = { callId, otherLegCallId: "b", ...numbers, accountId: "a", mediaFormat };
      socket.send(JSON.stringify({ event: "start", start }));
      const [silence, mark] = FRAMES[encoding];
      resolve({
        socket,
        callId,
        silence,
        mark,
        nextAt: firstAt(index / count),
        sent: index,
      });
    });
  });
}

/** Soon, and at this part of the 20 ms: however they ring in, calls want their frames evenly. */
function firstAt(phase) {
  return (Math.ceil(performance.now() / FRAME_MS) + 15 + phase) * FRAME_MS;
}

function message(bytes) {
  return JSON.stringify({ event: "media", media: { payload: Buffer.from(bytes).toString("base64") } });
}

async function opusFrames() {
  const encoder = (await loadOpus()).createEncoder(48000);
  return [0, 8000].map((level) => message(encoder.encode(new Int16Array(960).fill(level))));
}

function tick() {
  const now = performance.now();
  for (const call of calls) {
    while (call.nextAt <= now) {
      const isMark = call.sent++ % MARK_EVERY === 0;
      if (measuring) latenesses.push(now - call.nextAt);
      if (isMark && measuring) marks.push([call.callId, monotonicMs()]);
      call.socket.send(isMark ? call.mark : call.silence);
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
