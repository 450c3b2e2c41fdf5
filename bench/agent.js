/** A WebSocket agent in this process, speaking binary PCM: what it does in a call is chosen by the path it is called on. */
import { once } from "node:events";
import { WebSocketServer } from "ws";

/**
 * @param parts `{ name: (line) => void }`, run when a call to `/name` comes in; `/name-7` is the seventh who plays it. A `line` has `heard`, the messages of audio
 * so far; `onAudio` and `onControl`, to be set; `say(bytes)` and `control(object)`. The last one of each name is kept in `lines`.
 */
export async function openAgent(parts) {
  const server = new WebSocketServer({ port: 0, host: "127.0.0.1", perMessageDeflate: false });
  const lines = {};
  server.on("connection", (socket, request) => {
    const name = new URL(request.url, "ws://agent").pathname.slice(1);
    const line = {
      heard: [],
      say: (bytes) => socket.send(bytes),
      control: (message) => socket.send(JSON.stringify(message)),
    };
    socket.on("message", (data, isBinary) => {
      if (!isBinary) return line.onControl?.(JSON.parse(data.toString()));
      line.heard.push(data);
      line.onAudio?.(data);
    });
    lines[name] = line;
    parts[name.split("-")[0]](line);
  });
  await once(server, "listening");
  return {
    /** An agent spec for `serve`: the number that a caller dials names the part. */
    spec: `websocket:ws://127.0.0.1:${server.address().port}/{callee}`,
    lines,
    close: () => server.close(),
  };
}
