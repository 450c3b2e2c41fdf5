import { expect, it } from "vitest";
import { TwoStepStop } from "../../../src/cli/ui/stop.js";
import { FakeIo } from "../fake-io.js";

function setUp(calls: number, drainMs?: number) {
  const io = new FakeIo();
  const done: string[] = [];
  const running = { calls };
  const stop = new TwoStepStop(io, {
    calls: () => running.calls,
    finish: () => done.push("finish"),
    cut: () => done.push("cut"),
    ...(drainMs === undefined ? {} : { drainMs }),
  });
  const signal = (name: "SIGINT" | "SIGTERM") => {
    io.clock.advance(1000);
    io.signals.emit(name);
  };
  return { io, done, running, stop, signal };
}

it("does nothing until a signal comes", () => {
  const { stop, done } = setUp(1);
  expect([stop.signal, stop.serverExitCode(), stop.exitCode(1), done]).toEqual([undefined, 0, 1, []]);
});

it("lets the calls finish on the first signal, and says how many", () => {
  const { io, done, running, stop, signal } = setUp(2, 30_000);
  signal("SIGINT");
  expect(done).toEqual(["finish"]);
  expect(io.stderr.text).toBe("Finishing 2 calls, at most 30.0 s. ^C again cuts them.\n");
  running.calls = 0;
  expect(stop.signal).toBe("SIGINT");
  expect([stop.serverExitCode(), stop.exitCode(0)]).toEqual([0, 130]);
});

it.each([
  ["SIGINT", 130],
  ["SIGTERM", 143],
] as const)("cuts the calls on the second signal: %s", (name, code) => {
  const { io, done, stop, signal } = setUp(1);
  signal(name);
  signal("SIGINT");
  signal("SIGINT");
  expect(done).toEqual(["finish", "cut"]);
  expect(io.stderr.text).toBe("Finishing 1 call. ^C again cuts it.\nCutting 1 call.\n");
  expect(stop.serverExitCode()).toBe(code);
});

it("counts a drain that takes too long as a cut", () => {
  const { stop, signal } = setUp(3);
  signal("SIGTERM");
  stop.cut();
  expect(stop.serverExitCode()).toBe(143);
});

it("has cut nothing when no call was left", () => {
  const { io, done, stop, signal } = setUp(0);
  signal("SIGTERM");
  signal("SIGTERM");
  expect(done).toEqual(["finish", "cut"]);
  expect(io.stderr.text).toBe("");
  expect(stop.serverExitCode()).toBe(0);
});

it("takes a signal that npm passes on for the same press", () => {
  const { io, done, signal } = setUp(1);
  signal("SIGINT");
  io.clock.advance(10);
  io.signals.emit("SIGINT");
  expect(done).toEqual(["finish"]);
});

it("listens no more once released", () => {
  const { io, done, stop, signal } = setUp(1);
  stop.release();
  signal("SIGINT");
  expect(done).toEqual([]);
  expect(io.signals.listenerCount("SIGINT") + io.signals.listenerCount("SIGTERM")).toBe(0);
});
