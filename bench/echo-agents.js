/** The agents behind what is measured: they return each piece of audio as it comes, in the format of their wire. */
import { WebSocketServer } from "ws";

const server = new WebSocketServer({ port: 0, host: "127.0.0.1", perMessageDeflate: false });
server.on("connection", (socket, request) => {
  const wire = new URL(request.url, "ws://localhost").pathname;
  let ids = {};
  socket.on("message", (data, isBinary) => {
    if (isBinary) socket.send(data);
    else if (wire === "/smartpbx") {
      const message = JSON.parse(data.toString());
      if (message.event === "start") ids = { callId: message.start.callId, accountId: message.start.accountId };
      else if (message.event === "media") socket.send(JSON.stringify({ event: "media", ...ids, media: message.media }));
    }
  });
});
server.on("listening", () => process.send({ url: `ws://127.0.0.1:${server.address().port}` }));
