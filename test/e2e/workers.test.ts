/** `serve --workers`: several processes, one server. What is promised of all of them together, and of one that dies. */
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { readExposition } from "../monitoring/read-exposition.js";
import { type Bridge, folder, serve } from "./bridge.js";
import { http, Phone, upgrade } from "./phone.js";

const INSTANT = ["--agent-option", "mode=instant"];

/** The value of a metric, with the value of its only label where it has one. */
async function metric(server: Bridge, name: string, label?: string): Promise<number | undefined> {
  const families = readExposition((await http(server.url, "/metrics")).body);
  const samples = families.flatMap((family) => family.samples);
  return samples.find(
    (sample) => sample.name === name && (label === undefined || Object.values(sample.labels).includes(label)),
  )?.value;
}

async function until(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo())) await new Promise((resolve) => setTimeout(resolve, 20));
}

async function calls(server: Bridge, count: number): Promise<Phone[]> {
  const phones: Phone[] = [];
  for (let i = 0; i < count; i++) {
    const phone = await Phone.call(server.url);
    await phone.echoed();
    phones.push(phone);
  }
  return phones;
}

/** The processes that `pid` has started: from Linux's own books, elsewhere from `ps`. */
function childrenOf(pid: number): number[] {
  if (!existsSync("/proc/self/stat"))
    return execFileSync("ps", ["-A", "-o", "pid=,ppid="], { encoding: "utf8" })
      .split("\n")
      .map((line) => line.trim().split(/\s+/).map(Number))
      .flatMap(([child, parent]) => (parent === pid ? [child as number] : []));
  return readdirSync("/proc").flatMap((name) => {
    if (!/^\d+$/.test(name)) return [];
    try {
      // Behind the name in brackets: state, then parent.
      const parent = readFileSync(`/proc/${name}/stat`, "latin1").split(") ").at(-1)?.split(" ")[1];
      return Number(parent) === pid ? [Number(name)] : [];
    } catch {
      return [];
    }
  });
}

describe("serve --workers", () => {
  it("is one server: one limit, one count, one stream of events; a worker that dies takes only its calls", async () => {
    const recordings = folder();
    const server = await serve([...INSTANT, "--workers", "2", "--max-calls", "6", "--record", recordings]);
    const phones = await calls(server, 6);
    // Whichever worker is asked, it knows of all.
    for (let i = 0; i < 4; i++) {
      expect(JSON.parse((await http(server.url, "/ready")).body)).toMatchObject({
        status: "ready",
        calls: 6,
      });
      expect(await upgrade(server.url, "/media-stream")).toMatchObject({ status: 503 });
      expect(await metric(server, "smartpbx_bridge_calls_active")).toBe(6);
    }
    expect(await metric(server, "smartpbx_bridge_refused_total", "full")).toBe(4);
    expect(await metric(server, "smartpbx_bridge_calls_started_total")).toBe(6);
    expect(await metric(server, "smartpbx_bridge_workers")).toBe(2);
    const started = server.all("call-started");
    expect(new Set(started.map(({ callId }) => callId))).toEqual(new Set(phones.map(({ callId }) => callId)));
    expect(started.every(({ t }, i) => t >= (started[i - 1]?.t ?? 0))).toBe(true);

    const [killed] = childrenOf(server.pid) as [number];
    process.kill(killed, "SIGKILL");
    const { message } = await server.first("warning");
    const lost = Number(
      / its (\d+) calls were lost/.exec(String(message))?.[1] ?? (/ its call /.test(String(message)) ? 1 : 0),
    );
    expect(message).toMatch(
      new RegExp(`^worker \\d \\(process ${killed}\\) died with SIGKILL: .*; another takes its place$`),
    );
    // The calls were spread: neither none nor all were lost.
    expect(lost).toBeGreaterThan(0);
    expect(lost).toBeLessThan(6);
    const ended = server.all("call-ended");
    expect(ended).toHaveLength(lost);
    const gone = phones.filter(({ callId }) => ended.some((end) => end.callId === callId));
    for (const { reason, durationMs } of ended) {
      expect(reason).toBe("bridge-failed");
      expect(durationMs).toBeGreaterThan(0);
    }
    await Promise.all(gone.map(async (phone) => expect(await phone.closed).toMatchObject({ code: 1006 })));
    const left = phones.filter((phone) => !gone.includes(phone));
    await Promise.all(left.map((phone) => phone.echoed()));
    expect(await metric(server, "smartpbx_bridge_calls_active")).toBe(6 - lost);
    expect(await metric(server, "smartpbx_bridge_worker_deaths_total")).toBe(1);

    // Their places are free, also before the other worker is back.
    const next = await calls(server, lost);
    await until(async () => (await metric(server, "smartpbx_bridge_workers")) === 2);
    expect(await upgrade(server.url, "/media-stream")).toMatchObject({ status: 503 });

    server.signal("SIGTERM");
    await server.until(() => server.stderr.includes("Finishing 6 calls"), "a word about the calls");
    expect(await http(server.url, "/ready")).toMatchObject({ status: 503 });
    expect(await http(server.url, "/live")).toMatchObject({ status: 200 });
    expect(await upgrade(server.url, "/media-stream")).toMatchObject({ status: 503 });
    const running = [...left, ...next];
    await Promise.all(running.map((phone) => phone.echoed()));
    for (const phone of running) phone.say({ event: "hangup", hangup: { callId: phone.callId } });
    await Promise.all(running.map(async (phone) => expect(await phone.closed).toMatchObject({ code: 1000 })));
    expect(await server.exit).toBe(0);
    expect(server.all("call-ended")).toHaveLength(6 + lost);
    expect(server.all("recorded")).toHaveLength(6);
    expect(new Set(server.all("recorded").map((one) => one.folder)).size).toBe(6);
    expect(readdirSync(recordings)).toHaveLength(6 + lost);
  });

  it("is cut by the second signal, in all workers: 1001, recordings complete, 143", async () => {
    const server = await serve([...INSTANT, "--workers", "2", "--record", folder(), "--drain", "60s"]);
    const phones = await calls(server, 3);
    const pressing = setInterval(() => server.signal("SIGTERM"), 40);
    const closes = await Promise.all(phones.map(({ closed }) => closed));
    clearInterval(pressing);
    expect(closes.map(({ code }) => code)).toEqual([1001, 1001, 1001]);
    expect(await server.exit).toBe(143);
    expect(server.all("call-ended").map(({ reason }) => reason)).toEqual(Array(3).fill("shutting-down"));
    expect(server.all("recorded")).toHaveLength(3);
  });

  it("leaves no worker behind when the primary is killed: calls end in order, recordings are complete", async () => {
    const recordings = folder();
    const server = await serve([...INSTANT, "--workers", "2", "--record", recordings]);
    const phones = await calls(server, 2);
    const workers = childrenOf(server.pid);
    expect(workers).toHaveLength(2);
    await server.kill();
    expect(await Promise.all(phones.map(({ closed }) => closed))).toMatchObject([
      { code: 1001 },
      { code: 1001 },
    ]);
    await until(async () => workers.every((pid) => !isAlive(pid)));
    for (const name of readdirSync(recordings))
      expect(JSON.parse(readFileSync(`${recordings}/${name}/call.json`, "utf8"))).toMatchObject({
        state: "closed",
      });
  });

  it("comes back on the same port when all workers die", async () => {
    const server = await serve([...INSTANT, "--workers", "1"]);
    for (const pid of childrenOf(server.pid)) process.kill(pid, "SIGKILL");
    await server.first("warning");
    await until(async () => (await http(server.url, "/ready").catch(() => ({ status: 0 }))).status === 200);
    const [phone] = await calls(server, 1);
    await phone!.hangUp();
    expect(await server.stop()).toBe(0);
  });

  it("says what a single server would say when it cannot begin", async () => {
    const taken = await serve();
    const server = await serve(["--workers", "2", "--port", new URL(taken.url).port]).catch(
      (error: Error) => error,
    );
    expect(String(server)).toMatch(/"type":"error","code":"port-in-use"/);
    expect(await taken.stop()).toBe(0);
  });
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
