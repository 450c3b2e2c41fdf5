/** A process that stands still in mid-call, and clocks that jump: the sound goes on at its pace, and nobody is taken for silent. */
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { type Bridge, folder, type RunOptions, serve } from "../e2e/bridge.js";
import { Phone } from "../e2e/phone.js";
import { type SavedCall, savedCall } from "../e2e/sound.js";
import { nothingOf } from "./measured.js";
import { numbered, pouringAgent, SILENCE } from "./pouring-agent.js";

const FRAME_MS = 20;
/** docs/recording-format.md and the playout: how far sending runs ahead of the ear, and from when a time line starts anew. */
const LEAD_MS = 60;
const STALL_MS = 60;

/** After so long a caller counts as quiet; here with room for the way between the processes. */
const QUIET_MS = 120;

const lost: string[] = [];
const bursts: string[] = [];
let cases = 0;

interface DisturbedCall {
  readonly saved: SavedCall;
  readonly server: Bridge;
  /** Frames that the phone said. */
  readonly said: number;
  /** The longest time in which the phone said nothing. */
  readonly quietMs: number;
  /** The numbers of what the agent heard. */
  readonly heard: readonly number[];
}

/** A call in which both sides always speak, disturbed once they do. */
async function call(
  args: readonly string[],
  disturb: (server: Bridge) => Promise<void>,
  options?: RunOptions,
): Promise<DisturbedCall> {
  const [agent, out] = [await pouringAgent(1000), folder()];
  const server = await serve([...agent.args, ...args, "--record", out], options);
  const phone = await Phone.call(server.url);
  // The agent is there, so that all that is said reaches it.
  await phone.until(() => phone.payloads.length > 0);
  const startedAt = performance.now();
  let [said, quietMs, spokeAt] = [0, 0, startedAt];
  const speaking = setInterval(() => {
    quietMs = Math.max(quietMs, performance.now() - spokeAt);
    spokeAt = performance.now();
    for (; said * FRAME_MS <= performance.now() - startedAt; said++) phone.media(numbered(said));
  }, 5);
  await phone.until(() => phone.payloads.length >= 40);
  await disturb(server);
  const after = phone.payloads.length;
  await phone.until(() => phone.payloads.length >= after + 40);
  clearInterval(speaking);
  await phone.until(() => agent.heard.filter((number) => number !== SILENCE).length >= said);
  await phone.hangUp();
  await server.first("recorded");
  expect(await server.stop()).toBe(0);
  const { heard } = agent;
  await agent.close();
  cases++;
  return { saved: await savedCall(out), server, said, quietMs, heard };
}

/** Every frame of both sides arrived, in order, and none that nobody said. */
function isWhole({ saved, said, heard, quietMs }: DisturbedCall): void {
  const inOrder = (_: unknown, k: number) => numbered(k).toString("hex");
  const sent = saved.agent.map(({ hex }) => hex);
  const came = saved.caller.map(({ hex }) => hex);
  if (sent.join() !== sent.map(inOrder).join()) lost.push("frames of the agent");
  if (came.length !== said || came.join() !== came.map(inOrder).join()) lost.push("frames of the caller");
  // A caller that really was quiet, because this very process stood still, is continued with silence.
  const words = heard.filter((number) => number !== SILENCE);
  if (words.length !== said || words.some((number, k) => number !== k % 96)) lost.push("frames to the agent");
  if (words.length < heard.length && quietMs < QUIET_MS) lost.push("silence that nobody kept");
}

/** Nothing is sent for the ear twice, far ahead of it, or faster than the lead is built up. */
function isPaced({ saved }: DisturbedCall): void {
  const { agent } = saved;
  agent.forEach(({ at, heardAt }, k) => {
    const before = agent[k - 1]?.heardAt ?? Number.NEGATIVE_INFINITY;
    if (heardAt - before < FRAME_MS - 0.01)
      bursts.push(`frame ${k} is heard ${heardAt - before} ms after ${k - 1}`);
    if (heardAt - at > LEAD_MS + 0.01) bursts.push(`frame ${k} was sent ${heardAt - at} ms ahead`);
    // Within any 200 ms: what they hold, what makes up the lead, and what a stall too short to start anew held back.
    const after = agent.findIndex((other) => other.at > at + 200);
    const most = 200 / FRAME_MS + (LEAD_MS + STALL_MS) / FRAME_MS + 1;
    if (after - k > most) bursts.push(`${after - k} frames within 200 ms from frame ${k}`);
  });
}

async function standStill(server: Bridge, ms: number): Promise<void> {
  server.signal("SIGSTOP");
  await wait(ms);
  server.signal("SIGCONT");
}

const longestGap = ({ agent }: SavedCall) => Math.max(...agent.slice(1).map(({ at }, k) => at - agent[k].at));

afterAll(() => {
  nothingOf("data-lost", lost, cases);
  nothingOf("bursts", bursts, cases);
});

describe.concurrent("a process that stands still", { timeout: 60_000 }, () => {
  it("goes on at the pace of the ear, with all that was said meanwhile and nothing else", async () => {
    const disturbed = await call([], (server) => standStill(server, 500));
    expect(longestGap(disturbed.saved)).toBeGreaterThan(400);
    isWhole(disturbed);
    isPaced(disturbed);
    expect(disturbed.server.all("warning").filter(({ code }) => code === "congested")).toEqual([]);
  });

  it("takes nobody for silent who spoke meanwhile", async () => {
    const limits = ["--idle-timeout", "2s", "--ping", "1s"];
    const disturbed = await call(limits, (server) => standStill(server, 2500));
    isWhole(disturbed);
    isPaced(disturbed);
    expect(await disturbed.server.first("call-ended")).toMatchObject({ reason: "caller-hung-up" });
  });
});

describe.concurrent("a clock that is set", { timeout: 60_000 }, () => {
  const jumping = fileURLToPath(new URL("jumping-clock.mjs", import.meta.url));

  it.each(["back by an hour", "forward by a day"])(
    "%s moves no sound and no time of the recording",
    async (jump) => {
      const env = {
        NODE_OPTIONS: `--import=${jumping}`,
        CLOCK_JUMP_MS: String(jump.startsWith("back") ? -3_600_000 : 86_400_000),
      };
      const disturbed = await call([], async (server) => server.signal("SIGUSR2"), { env });
      isWhole(disturbed);
      isPaced(disturbed);
      expect(disturbed.server.stderr).toContain("the clock was set");
      const { call: file, events } = disturbed.saved;
      const tookMs = Date.parse(String(file.endedAt)) - Date.parse(file.startedAt);
      expect(Math.abs(tookMs - (file.summary?.durationMs ?? 0))).toBeLessThanOrEqual(2);
      expect(events.every(({ t }, k) => k === 0 || t >= events[k - 1].t - 1)).toBe(true);
      const ended = await disturbed.server.first("call-ended");
      expect(ended.t).toBeGreaterThan(0);
      expect(ended.t).toBeLessThan(60_000);
    },
  );
});
