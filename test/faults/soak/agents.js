/** Agents behind one address: the number that is called says how each of them fails. */
import { createServer } from "node:http";
import { WebSocketServer } from "ws";

const FLOOD = Buffer.alloc(32 * 35_000, 1);

/** What an agent does once it is connected; it takes and gives PCM at 16 kHz. */
const WAYS = {
  echoes: (agent) =>
    agent.on("message", (data, isBinary) => {
      if (isBinary) agent.send(data);
    }),
  dies: (agent) => agent.once("message", () => agent.terminate()),
  fails: (agent) => agent.once("message", () => agent.close(1011, "out of memory")),
  leaves: (agent) => agent.once("message", () => agent.close(1000, "good-bye")),
  floods: (agent) => {
    for (let at = 0; at < FLOOD.length; at += 64_000) agent.send(FLOOD.subarray(at, at + 64_000));
  },
  babbles: (agent) => {
    for (const text of ["{", "[]", '{"type":7}', '{"type":"audio","audio":"%%%"}', "\u0000"])
      agent.send(text);
  },
  stalls: (agent) => agent.pause(),
  sendsTooMuch: (agent) => agent.send(Buffer.alloc(17 * 1024 * 1024)),
};

/** How the call ends with each of them, when the caller has patience. */
export const ENDS = {
  echoes: "caller-hung-up",
  refuses: "agent-unreachable",
  hangs: "agent-unreachable",
  dies: "agent-failed",
  fails: "agent-failed",
  leaves: "agent-ended",
  floods: "caller-hung-up",
  babbles: "caller-hung-up",
  stalls: "caller-hung-up",
  sendsTooMuch: "agent-failed",
};

/** @returns {Promise<{ args: string[], close: () => void }>} what `serve` is to be told. */
export async function startAgents() {
  const sockets = new Set();
  const webSockets = new WebSocketServer({ noServer: true, perMessageDeflate: false });
  const server = createServer();
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.on("error", () => {}).once("close", () => sockets.delete(socket));
  });
  server.on("upgrade", (request, socket, head) => {
    const way = request.url.slice(1);
    if (way === "hangs") socket.resume().once("end", () => socket.end());
    else if (way === "refuses") socket.end("HTTP/1.1 403 Forbidden\r\nConnection: close\r\n\r\n");
    else webSockets.handleUpgrade(request, socket, head, (agent) => WAYS[way](agent.on("error", () => {})));
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    args: ["--agent", `websocket:ws://127.0.0.1:${server.address().port}/{callee}`, "--agent-timeout", "2s"],
    close() {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}
