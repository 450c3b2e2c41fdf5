import { EventEmitter } from "node:events";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { type Pinged, watchLife } from "../../../src/agents/wire/signs-of-life.js";

class Agent extends EventEmitter {
  isOpen = true;
  pings = 0;
  lastHeardAt = performance.now();
  /** Whether it answers. */
  isAlive = true;

  ping() {
    this.pings++;
    if (!this.isAlive) return;
    this.lastHeardAt = performance.now();
    this.emit("pong");
  }
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval", "setImmediate", "performance"] });
});
afterEach(() => {
  vi.useRealTimers();
});

function watched(isAlive: boolean) {
  const agent = new Agent();
  agent.isAlive = isAlive;
  const gone = vi.fn();
  watchLife(agent as unknown as Pinged, gone);
  return { agent, gone };
}

it("an agent that answers lives, and is asked no more when its connection ends", () => {
  const { agent, gone } = watched(true);
  vi.advanceTimersByTime(100_000);
  const asked = agent.pings;
  expect(asked).toBeGreaterThanOrEqual(10);
  agent.isOpen = false;
  agent.emit("close");
  vi.advanceTimersByTime(100_000);
  expect(agent.pings).toBe(asked);
  expect(gone).not.toHaveBeenCalled();
});

it("one that falls silent is gone after 20 s", () => {
  const { agent, gone } = watched(true);
  agent.isAlive = false;
  vi.advanceTimersByTime(15_000);
  expect(gone).not.toHaveBeenCalled();
  vi.advanceTimersByTime(10_000);
  expect(gone).toHaveBeenCalledOnce();
});

it("one that speaks lives, and one that never answered is not judged", () => {
  const speaking = watched(true);
  speaking.agent.isAlive = false;
  for (let k = 0; k < 20; k++) {
    vi.advanceTimersByTime(5_000);
    speaking.agent.lastHeardAt = performance.now();
  }
  speaking.agent.emit("close");
  const { gone } = watched(false);
  vi.advanceTimersByTime(100_000);
  expect([speaking.gone.mock.calls.length, gone.mock.calls.length]).toEqual([0, 0]);
});
