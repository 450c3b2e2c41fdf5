/** Loaded into the server under attack: on SIGUSR2 it tells a file what it still holds. Changes nothing else. */
import { writeFileSync } from "node:fs";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

const { PROBE_FILE } = process.env;
if (PROBE_FILE) {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc");
  let count = 0;
  process.on("SIGUSR2", () => {
    collect();
    // Freed buffers are still swept beside us, and counted until then: the next collection waits for that.
    collect();
    const { heapUsed, external, rss } = process.memoryUsage();
    const resources = {};
    for (const type of process.getActiveResourcesInfo()) resources[type] = (resources[type] ?? 0) + 1;
    const held = { heldBytes: heapUsed + external, heapUsed, external, rssBytes: rss, resources };
    writeFileSync(PROBE_FILE, JSON.stringify({ count: ++count, ...held }));
  });
}
