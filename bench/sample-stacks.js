/** Preloaded into a profiled process: from "sample" to "samples" notes where its time goes, and tells it in µs by kind of code. */
import { Session } from "node:inspector";

const INTERVAL_US = 200;
/** Calls into the kernel that put bytes into a socket. */
const SOCKET_WRITES = new Set(["writeBuffer", "writev", "writeUtf8String", "writeLatin1String"]);

const session = new Session();
session.connect();
session.post("Profiler.enable");
session.post("Profiler.setSamplingInterval", { interval: INTERVAL_US });

process.on("message", (message) => {
  if (message === "sample") session.post("Profiler.start", () => process.send({}));
  if (message === "samples") session.post("Profiler.stop", (_, { profile }) => process.send(kinds(profile)));
});

function kinds({ nodes, samples, timeDeltas }) {
  const kindOfNode = new Map(nodes.map(({ id, callFrame }) => [id, kind(callFrame)]));
  const us = {};
  samples.forEach((id, i) => {
    const name = kindOfNode.get(id);
    us[name] = (us[name] ?? 0) + timeDeltas[i];
  });
  return us;
}

function kind({ functionName, url }) {
  if (SOCKET_WRITES.has(functionName)) return "socket writes";
  if (functionName === "(garbage collector)") return "garbage collection";
  if (functionName === "(idle)") return "idle";
  if (url.includes("/dist/audio/resample")) return "filters";
  if (url.includes("/dist/")) return "bridge";
  if (url.includes("/bench/")) return "relay";
  return "ws and node";
}
