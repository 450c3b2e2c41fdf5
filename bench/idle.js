/** A process with nothing to do, which notes how late it is woken: the machine's own share in every lateness. */
const EVERY_MS = 5;
const lateness = [];

function sleep() {
  const dueAt = now() + EVERY_MS;
  setTimeout(() => {
    lateness.push({ at: now(), ms: now() - dueAt });
    sleep();
  }, EVERY_MS);
}

function now() {
  return performance.timeOrigin + performance.now();
}

sleep();
process.on("message", (message) => {
  if (message === "lateness") process.send(lateness);
});
process.send({ url: "" });
