/** Preloaded into every measured process: answers "usage" with its processor time and memory, "cpu" with the former alone. */
process.on("message", (message) => {
  if (message === "cpu") process.send({ cpuUs: cpuUs() });
  if (message !== "usage") return;
  globalThis.gc?.();
  const { rss, heapUsed, external } = process.memoryUsage();
  process.send({ cpuUs: cpuUs(), rssBytes: rss, heapBytes: heapUsed + external });
});

function cpuUs() {
  const { user, system } = process.cpuUsage();
  return user + system;
}

// A channel to the parent must not keep the process from ending, nor outlive it.
process.on("disconnect", () => process.exit());
