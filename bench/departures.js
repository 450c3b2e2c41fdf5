/** Preloaded into `serve`: notes when each answer leaves for a caller, and tells on "departures". */
import { Connection } from "../dist/websocket/connection.js";

const sendText = Connection.prototype.sendText;
const connections = new Map();

Connection.prototype.sendText = function (text) {
  // Agents are sent other words.
  if (text.startsWith('{"event":"media","callId":')) {
    const times = connections.get(this) ?? [];
    connections.set(this, times);
    times.push(performance.timeOrigin + performance.now());
  }
  return sendText.call(this, text);
};
process.on("message", (message) => {
  if (message === "departures") process.send([...connections.values()]);
});
