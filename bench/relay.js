/** The floor: a bare `ws` relay that forwards every message as it is, one connection in, one out. */
import { WebSocket, WebSocketServer } from "ws";

const upstream = process.argv[2];
const server = new WebSocketServer({ port: 0, host: "127.0.0.1", perMessageDeflate: false });
server.on("connection", (caller) => {
  const agent = new WebSocket(upstream, { perMessageDeflate: false });
  const early = [];
  caller.on("message", (data, isBinary) => {
    if (agent.readyState === WebSocket.OPEN) agent.send(data, { binary: isBinary });
    else early.push([data, isBinary]);
  });
  agent.on("open", () => {
    for (const [data, isBinary] of early) agent.send(data, { binary: isBinary });
  });
  agent.on("message", (data, isBinary) => caller.send(data, { binary: isBinary }));
  agent.on("close", () => caller.close());
  caller.on("close", () => agent.close());
  agent.on("error", () => caller.terminate());
});
server.on("listening", () => process.send({ url: `ws://127.0.0.1:${server.address().port}/` }));
