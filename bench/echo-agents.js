/**
 * The agents behind what is measured: they return each piece of audio as it comes, in the format of their wire, and note when
 * a mark, the one loud frame among silent ones, reaches them.
 */
import { WebSocketServer } from "ws";
import { monotonicMs } from "./monotonic.js";

/** `[call, time]` of every mark that arrived. */
let marks = [];

const server = new WebSocketServer({ port: 0, host: "127.0.0.1", perMessageDeflate: false });
server.on("connection", (socket, request) => {
  const [wire, call] = request.url.slice(1).split("/");
  if (wire === "pcm") echoPcm(socket, call);
  else echoSmartpbx(socket);
});
server.on("listening", () => process.send({ url: `ws://127.0.0.1:${server.address().port}` }));

process.on("message", (message) => {
  if (message !== "marks") return;
  process.send({ marks });
  marks = [];
});

function echoPcm(socket, call) {
  socket.on("message", (data, isBinary) => {
    if (!isBinary) return;
    if (isLoud(data)) marks.push([call, monotonicMs()]);
    socket.send(data);
  });
}

function echoSmartpbx(socket) {
  let ids = {};
  socket.on("message", (data) => {
    const message = JSON.parse(data.toString());
    if (message.event === "start") {
      ids = { callId: message.start.callId, accountId: message.start.accountId };
    } else if (message.event === "media") {
      if (!message.media.payload.startsWith("////")) marks.push([ids.callId, monotonicMs()]);
      socket.send(JSON.stringify({ event: "media", ...ids, media: message.media }));
    }
  });
}

/** The filters delay a mark by 2 ms and let it ring into the next frame: it counts where most of it lies. */
function isLoud(pcm) {
  return Math.abs(pcm.readInt16LE(pcm.length >> 1)) > 1000;
}
