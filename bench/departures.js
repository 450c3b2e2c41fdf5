/** Preloaded into `serve`: notes when each answer leaves for a caller, and tells on "departures". */
import { WebSocket } from "ws";

const send = WebSocket.prototype.send;
const sockets = new Map();

WebSocket.prototype.send = function (...args) {
  // Only the sockets that we dialled ourselves, to agents, have a URL.
  if (!this.url) {
    const times = sockets.get(this) ?? [];
    sockets.set(this, times);
    times.push(performance.timeOrigin + performance.now());
  }
  return send.apply(this, args);
};
process.on("message", (message) => {
  if (message === "departures") process.send([...sockets.values()]);
});
