/** Agents behind one address that do what their path says: one `serve` meets all their ways of failing. */
import { createServer } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { type WebSocket, WebSocketServer } from "ws";

/** 40 s of μ-law, which is more than a call holds. */
const FLOOD = Buffer.alloc(8 * 40_000, 1);
const MESSAGE_BYTES = 64_000;

/** What an agent does once it is connected. */
const WAYS: Readonly<Record<string, (agent: WebSocket) => void>> = {
  fails: (agent) => agent.once("message", () => agent.close(1011, "out of memory")),
  floods: (agent) => {
    for (let at = 0; at < FLOOD.length; at += MESSAGE_BYTES)
      agent.send(FLOOD.subarray(at, at + MESSAGE_BYTES));
  },
  // Speaks for ten seconds, says what was said, and stops as soon as the caller is heard.
  isInterrupted: (agent) => {
    agent.send(JSON.stringify({ type: "transcript", who: "agent", text: "My number is +94 77 123 4567." }));
    agent.send(FLOOD.subarray(0, 8 * 10_000));
    agent.on("message", (_, isBinary) => {
      if (isBinary) agent.send(JSON.stringify({ type: "interrupted" }));
    });
  },
};

export interface Agents {
  /** An agent spec for `--agent`: the number that is called is the agent's way. */
  readonly spec: string;
  close(): Promise<void>;
}

/** Of the kind `websocket`, with μ-law. */
export async function startAgents(): Promise<Agents> {
  const sockets = new Set<Socket>();
  const webSockets = new WebSocketServer({ noServer: true, perMessageDeflate: false });
  const server = createServer();
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.on("error", () => {}).once("close", () => sockets.delete(socket));
  });
  server.on("upgrade", (request, socket, head) => {
    const way = (request.url ?? "").slice(1);
    webSockets.handleUpgrade(request, socket, head, (agent) => WAYS[way](agent.on("error", () => {})));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    spec: `websocket:ws://127.0.0.1:${port}/{callee}`,
    close: () => {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

export const AGENT_OPTIONS = ["--agent-option", "encoding=g711_ulaw"];
