import { expect, test } from "vitest";
import type { CallEvent } from "../../src/call/events.js";
import { Metrics } from "../../src/call/metrics.js";
import { ManualClock } from "../../src/clock.js";
import { Counts, ofOneProcess, type Snapshot } from "../../src/monitoring/counts.js";
import type { WorkerListener } from "../../src/workers/fork.js";
import { Gate } from "../../src/workers/gate.js";
import type { FromWorker, ToWorker } from "../../src/workers/messages.js";
import { ReportedCalls } from "../../src/workers/reported-calls.js";
import { Workers, type WorkersOptions } from "../../src/workers/workers.js";

/** Lets everything happen that only waits for a promise. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

/** A worker that says what a test lets it say. */
class FakeWorker {
  readonly told: ToWorker[] = [];
  readonly pid: number;
  readonly #listener: WorkerListener;
  isKilled = false;

  constructor(pid: number, listener: WorkerListener) {
    this.pid = pid;
    this.#listener = listener;
  }

  send(message: ToWorker): void {
    this.told.push(message);
  }

  kill(): void {
    this.isKilled = true;
    this.dies("SIGKILL");
  }

  says(message: FromWorker): void {
    this.#listener.message(message);
  }

  comesUp(): void {
    this.says({ type: "hello" });
    this.says({ type: "up", port: 4000, url: "ws://127.0.0.1:4000/media-stream", agent: "echo" });
  }

  dies(how: string): void {
    this.#listener.gone(how);
  }

  knocks(id: number): unknown {
    const knock = { url: "/media-stream", headers: {}, remoteAddress: "192.0.2.1" };
    this.says({ type: "knock", id, knock });
    return this.told.findLast((message) => message.type === "knocked" && message.id === id);
  }
}

class House {
  readonly clock = new ManualClock();
  readonly workers: FakeWorker[] = [];
  readonly warnings: string[] = [];
  readonly events: CallEvent[] = [];
  readonly refused: string[] = [];
  readonly recorded: string[] = [];
  deaths = 0;
  counted: readonly Snapshot[] = [];
  readonly gate: Gate;

  constructor(maxCalls = 3, addressCalls?: number) {
    const door = { path: "/media-stream", maxCalls, ...(addressCalls !== undefined && { addressCalls }) };
    this.gate = new Gate(door, this.clock, (cause) => this.refused.push(cause));
  }

  start(count: number): Promise<Workers> {
    const options: WorkersOptions = {
      count,
      port: 0,
      fork: (listener) => {
        const worker = new FakeWorker(1000 + this.workers.length, listener);
        this.workers.push(worker);
        return worker;
      },
      gate: this.gate,
      follow: () => new ReportedCalls(() => [(event) => this.events.push(event)], this.clock),
      recorded: (callId) => this.recorded.push(callId),
      warn: (code, message) => this.warnings.push(`${code}: ${message}`),
      died: () => this.deaths++,
      metrics: (state, ofWorkers) => {
        this.counted = ofWorkers;
        return `active ${state.calls} workers ${state.workers}\n`;
      },
      clock: this.clock,
    };
    return Workers.start(options);
  }

  /** With all workers up. */
  async open(count: number): Promise<Workers> {
    const starting = this.start(count);
    this.workers[0]!.comesUp();
    await settled();
    for (const worker of this.workers.slice(1)) worker.comesUp();
    return starting;
  }
}

const started = (callId: string): CallEvent => ({
  at: 5,
  type: "call-started",
  info: {
    callId,
    accountId: "",
    caller: "",
    callee: "",
    format: { encoding: "g711_ulaw", sampleRate: 8000 },
  },
  agent: "echo",
  raw: {},
});

test("the first worker begins alone and asks the agent; the others follow, on the same port", async () => {
  const house = new House();
  const starting = house.start(3);
  expect(house.workers).toHaveLength(1);
  house.workers[0]!.comesUp();
  await settled();
  expect(house.workers).toHaveLength(3);
  for (const worker of house.workers.slice(1)) worker.comesUp();
  const workers = await starting;
  expect(house.workers.map(({ told }) => told[0])).toMatchObject([
    { type: "begin", port: 0, probes: true },
    { type: "begin", port: 0, probes: false },
    { type: "begin", port: 0, probes: false },
  ]);
  expect(workers).toMatchObject({ port: 4000, agent: "echo", alive: 3, calls: 0 });
});

test("what keeps the first from beginning is thrown as it was, and nothing is left running", async () => {
  const house = new House();
  const starting = house.start(2);
  house.workers[0]!.says({ type: "hello" });
  const failure = { code: "port-in-use", message: "port 1 is in use", fix: "use another" };
  house.workers[0]!.says({ type: "failed", failure });
  await expect(starting).rejects.toMatchObject({ name: "BridgeError", ...failure, exitCode: 3 });
  expect(house.workers).toHaveLength(1);
  expect(house.workers[0]!.isKilled).toBe(true);
});

test("a worker that ends before it begins ends the start", async () => {
  const house = new House();
  const starting = house.start(1);
  house.workers[0]!.dies("exit code 70");
  await expect(starting).rejects.toThrow(/exit code 70/);
});

test("limits hold over all workers: of the server, and of an address", async () => {
  const house = new House(3, 2);
  const workers = await house.open(2);
  const [one, two] = house.workers as [FakeWorker, FakeWorker];
  expect(one.knocks(1)).toMatchObject({ refused: undefined });
  expect(two.knocks(1)).toMatchObject({ refused: undefined });
  expect(one.knocks(2)).toMatchObject({ refused: "address-full" });
  two.says({ type: "left", id: 1 });
  two.says({ type: "left", id: 1 });
  expect(workers.calls).toBe(1);
  expect(one.knocks(3)).toMatchObject({ refused: undefined });
  expect(house.refused).toEqual(["address-full"]);
});

test("a dead worker gives its places back, its calls end, and it is replaced at once", async () => {
  const house = new House();
  const workers = await house.open(2);
  const [one, two] = house.workers as [FakeWorker, FakeWorker];
  one.knocks(1);
  one.knocks(2);
  two.knocks(1);
  expect(workers.calls).toBe(3);
  one.says({ type: "event", call: 0, event: started("a") });
  one.says({ type: "event", call: 0, event: { at: 900, type: "turn", firstAudioMs: 300 } });
  two.says({ type: "event", call: 0, event: started("b") });
  house.clock.advance(2000);
  one.dies("SIGKILL");
  await settled();
  expect(workers.calls).toBe(1);
  expect(house.deaths).toBe(1);
  expect(house.warnings).toEqual([
    "worker-died: worker 1 (process 1000) died with SIGKILL: its call was lost; another takes its place",
  ]);
  const ends = house.events.filter((event) => event.type === "call-ended");
  expect(ends).toMatchObject([
    { reason: "bridge-failed", at: 2005, summary: { durationMs: 2005, turns: 1, firstAudioMs: [300] } },
  ]);
  expect(house.workers).toHaveLength(3);
  house.workers[2]!.comesUp();
  expect(workers.alive).toBe(2);
});

test("workers that die as soon as they are there are replaced ever more slowly, and again at once when one has lived", async () => {
  const house = new House();
  const workers = await house.open(1);
  const waits: number[] = [];
  for (let i = 0; i < 8; i++) {
    const before = house.workers.length;
    house.workers.at(-1)!.dies("exit code 1");
    await settled();
    let waited = 0;
    while (house.workers.length === before && waited < 100_000) {
      house.clock.advance(500);
      waited += 500;
      await settled();
    }
    waits.push(waited);
    house.workers.at(-1)!.comesUp();
    await settled();
  }
  expect(waits).toEqual([0, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000]);
  house.clock.advance(10_000);
  house.workers.at(-1)!.dies("exit code 1");
  await settled();
  house.workers.at(-1)!.comesUp();
  expect(workers.alive).toBe(1);
});

test("the public address is told to all, and to those who come later", async () => {
  const house = new House();
  const workers = await house.open(2);
  workers.reachedAt("wss://pbx.example.com/media-stream");
  const told = { type: "public-url", url: "wss://pbx.example.com/media-stream" };
  expect(house.workers.map((worker) => worker.told.at(-1))).toEqual([told, told]);
  house.workers[0]!.dies("SIGKILL");
  await settled();
  house.workers[2]!.says({ type: "hello" });
  expect(house.workers[2]!.told).toMatchObject([{ type: "begin", publicUrl: told.url }]);
});

test("one that cannot come back is said and tried again", async () => {
  const house = new House();
  await house.open(1);
  house.clock.advance(15_000);
  house.workers[0]!.dies("SIGSEGV");
  await settled();
  house.workers[1]!.says({ type: "hello" });
  house.workers[1]!.says({ type: "failed", failure: { message: "no memory" } });
  house.workers[1]!.dies("exit code 70");
  await settled();
  expect(house.warnings.at(-1)).toBe("worker-failed: worker 1 did not come back: no memory");
  house.clock.advance(30_000);
  await settled();
  expect(house.workers).toHaveLength(3);
});

test("a drain waits for the calls of all, takes nobody, replaces nobody, and whoever dies meanwhile is not waited for", async () => {
  const house = new House();
  const workers = await house.open(3);
  const [one, two, three] = house.workers as [FakeWorker, FakeWorker, FakeWorker];
  two.knocks(1);
  let isDrained = false;
  void workers.drain().then(() => (isDrained = true));
  expect(house.workers.every(({ told }) => told.some(({ type }) => type === "drain"))).toBe(true);
  expect(one.knocks(9)).toMatchObject({ refused: "draining" });
  expect(workers.overview.house()).toEqual({ isDraining: true, calls: 1 });
  one.says({ type: "idle" });
  three.dies("SIGKILL");
  await settled();
  expect(isDrained).toBe(false);
  expect(house.workers).toHaveLength(3);
  two.says({ type: "left", id: 1 });
  two.says({ type: "idle" });
  await settled();
  expect(isDrained).toBe(true);
  const closing = workers.close();
  one.dies("exit code 0");
  two.dies("exit code 0");
  await closing;
  expect(house.warnings).toHaveLength(1);
});

test("who does not go when it is told to is killed", async () => {
  const house = new House();
  const workers = await house.open(1);
  const closing = workers.close();
  house.clock.advance(5000);
  await closing;
  expect(house.workers[0]!.isKilled).toBe(true);
});

test("a worker that hangs is ended and replaced; one that says something is not, nor after a computer has slept", async () => {
  const house = new House();
  await house.open(2);
  const [one, two] = house.workers as [FakeWorker, FakeWorker];
  for (let s = 0; s < 20; s++) {
    house.clock.advance(1000);
    one.says({ type: "counts", counts: {} });
  }
  expect([one.isKilled, two.isKilled]).toEqual([false, true]);
  expect(house.warnings[0]).toBe(
    "worker-hangs: worker 2 (process 1001) has done nothing for 20 s and is ended",
  );
  await settled();
  expect(house.workers).toHaveLength(3);
});

test("one that takes the place of another and never comes up is ended and replaced too", async () => {
  const house = new House();
  await house.open(2);
  const [one, two] = house.workers as [FakeWorker, FakeWorker];
  const hear = (forS: number) => {
    for (let s = 0; s < forS; s++) {
      house.clock.advance(1000);
      one.says({ type: "counts", counts: {} });
    }
  };
  two.dies("SIGKILL");
  await settled();
  hear(25);
  await settled();
  expect(house.workers[2]!.isKilled).toBe(true);
  expect(house.warnings).toContainEqual(expect.stringMatching(/^worker-hangs: worker 2 \(process 1002\)/));
  hear(1);
  await settled();
  expect(house.workers).toHaveLength(4);
});

test("metrics are those of all; of who is no more, and of who does not answer, what was last said", async () => {
  const house = new House();
  const workers = await house.open(3);
  const snapshot = (lateS: number) => {
    const counts = new Counts();
    counts.observe("smartpbx_bridge_playout_lateness_seconds", lateS);
    counts.set("process_resident_memory_bytes", 5);
    return ofOneProcess(counts.snapshot());
  };
  const [one, two, three] = house.workers as [FakeWorker, FakeWorker, FakeWorker];
  three.says({ type: "counts", counts: snapshot(0.3) });
  three.dies("SIGKILL");
  two.says({ type: "counts", counts: snapshot(0.2) });
  const asked = workers.overview.metrics();
  one.says({ type: "counts", counts: snapshot(0.1) });
  house.clock.advance(500);
  expect(await asked).toBe("active 0 workers 2\n");
  const late = (of: Snapshot | undefined) => of?.smartpbx_bridge_playout_lateness_seconds?.["[]"]?.at(-1);
  expect(house.counted.map(late)).toEqual([0.3, 0.1, 0.2]);
  expect(house.counted[0]?.process_resident_memory_bytes).toBeUndefined();
});

test("a call that a worker has ended itself is not ended again", () => {
  const events: CallEvent[] = [];
  const calls = new ReportedCalls(() => [(event) => events.push(event)], new ManualClock());
  const end = { at: 9, type: "call-ended", reason: "agent-ended", detail: "" } as const;
  calls.event(1, started("a"));
  calls.event(1, { ...end, summary: new Metrics().summary(9, 0) });
  // Nobody has heard of it yet: there is nothing to end.
  calls.event(2, { at: 1, type: "warning", code: "x", message: "" });
  expect(calls.lost()).toBe(0);
  expect(events.filter(({ type }) => type === "call-ended")).toHaveLength(1);
});
