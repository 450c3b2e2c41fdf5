/**
 * Relays to compare with, one connection in, one out. Arguments: where to, and what is done to each message: `bytes` forwards
 * it as it is, the floor; `json` parses and rebuilds it; `example` converts as the vendor's example does, to raw 24 kHz PCM.
 */
import { WebSocket, WebSocketServer } from "ws";
import { decodeUlaw } from "../dist/audio/g711.js";
import { pcmBytes, pcmSamples } from "../dist/audio/pcm.js";
import * as vendor from "./vendor-codec.js";

const [upstream, does = "bytes"] = process.argv.slice(2);

const unchanged = (data, isBinary) => [data, isBinary];
const rebuilt = (data) => [JSON.stringify(JSON.parse(data.toString())), false];
const relays = {
  bytes: () => ({ toAgent: unchanged, toCaller: unchanged }),
  json: () => ({ toAgent: rebuilt, toCaller: rebuilt }),
  example: () => ({
    toAgent(data) {
      const { event, media } = JSON.parse(data.toString());
      if (event !== "media") return undefined;
      return [pcmBytes(vendor.up(decodeUlaw(Buffer.from(media.payload, "base64")))), true];
    },
    toCaller(data) {
      const payload = Buffer.from(vendor.encode(vendor.down(pcmSamples(data)))).toString("base64");
      return [JSON.stringify({ event: "media", media: { payload } }), false];
    },
  }),
};

const server = new WebSocketServer({ port: 0, host: "127.0.0.1", perMessageDeflate: false });
server.on("connection", (caller) => caller.once("message", (start) => relay(caller, start)));

/** The first message says whose call it is. */
function relay(caller, start) {
  const { callId } = JSON.parse(start.toString()).start;
  const agent = new WebSocket(upstream.replace("{callId}", callId), { perMessageDeflate: false });
  const { toAgent, toCaller } = relays[does]();
  const early = [toAgent(start, false)];
  const pass = (socket, message) => {
    if (message) socket.send(message[0], { binary: message[1] });
  };
  caller.on("message", (data, isBinary) => {
    const message = toAgent(data, isBinary);
    if (agent.readyState === WebSocket.OPEN) pass(agent, message);
    else early.push(message);
  });
  agent.on("open", () => {
    for (const message of early) pass(agent, message);
  });
  agent.on("message", (data, isBinary) => pass(caller, toCaller(data, isBinary)));
  agent.on("close", () => caller.close());
  caller.on("close", () => agent.close());
  agent.on("error", () => caller.terminate());
}
server.on("listening", () => process.send({ url: `ws://127.0.0.1:${server.address().port}/` }));
