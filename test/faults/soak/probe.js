/** Loaded into a server before all else: tells over its channel what memory and handles it holds, and keeps no process alive. */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc");

process.on("message", () => {
  collect();
  const { heapUsed, rss, external } = process.memoryUsage();
  const handles = {};
  for (const type of process.getActiveResourcesInfo()) handles[type] = (handles[type] ?? 0) + 1;
  process.send({ heapUsed, rss, external, handles });
});
process.channel.unref();
