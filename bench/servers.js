/** What is measured for speed: relays to compare with, and `serve` in front of the echo agents, `agents`. Each in a process of its own. */
import { start } from "./child.js";

/** @param does what to do to each message: see relay.js. */
export function relay(agents, does = "bytes", options) {
  return start("./relay.js", [does === "example" ? pcm(agents) : whole(agents), does], options);
}

export function passThrough(agents, options) {
  return start("./serve.js", ["--agent", `smartpbx:${whole(agents)}`], options);
}

export function converting(agents, options) {
  return start(
    "./serve.js",
    ["--agent", `websocket:${pcm(agents)}`, "--agent-option", "rate=24000"],
    options,
  );
}

function whole({ url }) {
  return `${url}/smartpbx`;
}

function pcm({ url }) {
  return `${url}/pcm/{callId}`;
}
