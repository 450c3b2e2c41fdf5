/** Preloaded into every measured process: answers "usage" with its processor time and memory, "cpu" with the former alone. */
process.on("message", (message) => {
  if (message === "cpu") {
    const { user, system } = process.cpuUsage();
    process.send({ cpuUs: user + system });
  }
  if (message !== "usage") return;
  globalThis.gc?.();
  const { user, system } = process.cpuUsage();
  const { rss, heapUsed, external } = process.memoryUsage();
  process.send({ cpuUs: user + system, rssBytes: rss, heapBytes: heapUsed + external });
});
// A channel to the parent must not keep the process from ending, nor outlive it.
process.on("disconnect", () => process.exit());
