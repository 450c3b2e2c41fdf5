/** What a process knows about itself: how late its timers fire, its memory and its CPU time. */
import type { Clock, Timer } from "../clock.js";
import type { Counts } from "./counts.js";

const SAMPLE_EVERY_MS = 50;

/** Measures the delay of the event loop until it is told to stop. */
export function watchEventLoop(counts: Counts, clock: Clock): { stop(): void } {
  let timer: Timer;
  const arm = () => {
    const dueAt = clock.now() + SAMPLE_EVERY_MS;
    timer = clock.setTimer(() => {
      const lateMs = Math.max(0, clock.now() - dueAt);
      counts.observe("smartpbx_bridge_event_loop_delay_seconds", lateMs / 1000);
      arm();
    }, SAMPLE_EVERY_MS);
  };
  arm();
  return { stop: () => timer.cancel() };
}

/** Takes down what only the moment of asking can tell. */
export function takeProcess(counts: Counts): void {
  const { rss, heapUsed } = process.memoryUsage();
  const { user, system } = process.cpuUsage();
  counts.set("process_resident_memory_bytes", rss);
  counts.set("nodejs_heap_size_used_bytes", heapUsed);
  counts.set("process_cpu_seconds_total", (user + system) / 1e6);
}
