// A voice agent behind SmartPBX: half a second after the caller has paused, it says back what it heard last.
//
//   PORT=8080 node agent.js
import { WebSocketServer } from "ws";

const REPLY_AFTER_MS = 500;
const FRAME_MS = 20;
/** Frames of 20 ms: how much it must hear to answer, and how long its answer is. */
const LEAST_FRAMES = 5;
const REPLY_FRAMES = 30;

/** Listens on 127.0.0.1; port 0 takes a free one. */
export async function startAgent(port = 0) {
  const server = new WebSocketServer({ host: "127.0.0.1", port, path: "/media-stream" });
  server.on("connection", answer);
  await new Promise((resolve, reject) => server.once("listening", resolve).once("error", reject));
  return { url: `ws://127.0.0.1:${server.address().port}/media-stream`, close: () => server.close() };
}

function answer(socket) {
  let ids;
  let heard = [];
  let reply = [];
  let quietMs = 0;

  socket.on("message", (data) => {
    const message = JSON.parse(data);
    if (message.event === "start") {
      const { callId, accountId } = message.start;
      ids = { callId, accountId };
    }
    if (message.event === "media") hear(message.media.payload);
  });

  function hear(payload) {
    if (isLoud(Buffer.from(payload, "base64"))) {
      heard.push(payload);
      quietMs = 0;
      // Whoever speaks into the answer is listened to.
      if (heard.length >= LEAST_FRAMES) reply = [];
    } else {
      quietMs += FRAME_MS;
    }
    if (quietMs >= REPLY_AFTER_MS && heard.length >= LEAST_FRAMES) reply = heard.slice(-REPLY_FRAMES);
    if (quietMs >= REPLY_AFTER_MS) heard = [];
    // A frame in, a frame out: the caller's audio is the clock.
    const frame = reply.shift();
    if (frame) socket.send(JSON.stringify({ event: "media", ...ids, media: { payload: frame } }));
  }
}

/** Whether a tenth of these μ-law samples is above -36 dBFS. */
function isLoud(bytes) {
  const loud = bytes.filter((byte) => (~byte & 0x70) >= 0x30);
  return loud.length > bytes.length / 10;
}

if (process.argv[1] === import.meta.filename) {
  const { url } = await startAgent(Number(process.env.PORT ?? 8080));
  console.log(`Answering calls at ${url}`);
}
