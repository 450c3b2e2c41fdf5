/**
 * Answers SmartPBX itself, exactly so many ms after the caller's last voiced frame was due. When frames are due is reckoned from
 * the earliest arrivals, so that neither the network's nor the caller's lateness moves the answer. Argument: the delay in ms.
 */
import { WebSocketServer } from "ws";
import { FRAME_MS } from "../dist/audio/format.js";
import { encodeUlaw } from "../dist/audio/g711.js";
import { sine } from "../dist/audio/signal.js";

const DELAY_MS = Number(process.argv[2] ?? 700);
const ANSWER_FRAMES = 15;
const LOUD = Buffer.from(encodeUlaw(sine(700, -9, FRAME_MS, 8000))).toString("base64");

/** Answers by the time at which they are due, soonest first. */
let answers = [];
/** How late they left. */
const lateness = [];

const server = new WebSocketServer({ port: 0, host: "127.0.0.1", perMessageDeflate: false });
server.on("connection", (socket) => {
  let ids = {};
  let openedAt = Number.POSITIVE_INFINITY;
  let frames = 0;
  let voicedAt;
  socket.on("message", (data) => {
    const message = JSON.parse(data.toString());
    if (message.event === "start") ids = { callId: message.start.callId, accountId: message.start.accountId };
    if (message.event !== "media") return;
    const isVoiced = !message.media.payload.startsWith("////");
    openedAt = Math.min(openedAt, performance.now() - frames * FRAME_MS);
    if (isVoiced) voicedAt = frames * FRAME_MS;
    else if (voicedAt !== undefined) {
      answer(socket, ids, openedAt + voicedAt + DELAY_MS);
      voicedAt = undefined;
    }
    frames++;
  });
});
server.on("listening", () => process.send({ url: `ws://127.0.0.1:${server.address().port}/` }));

function answer(socket, ids, at) {
  const text = JSON.stringify({ event: "media", ...ids, media: { payload: LOUD } });
  for (let k = 0; k < ANSWER_FRAMES; k++)
    answers.push({ socket, text, at: at + k * FRAME_MS, isFirst: k === 0 });
  answers.sort((a, b) => a.at - b.at);
}

setInterval(() => {
  const now = performance.now();
  let due = 0;
  for (; due < answers.length && answers[due].at <= now; due++) {
    const { socket, text, at, isFirst } = answers[due];
    if (isFirst) lateness.push(now - at);
    socket.send(text);
  }
  if (due > 0) answers = answers.slice(due);
}, 1);

process.on("message", (message) => {
  if (message === "lateness") process.send(lateness);
});
