/** A call that outlives its Live session, on a clock held by hand: when it changes, what the next session knows, and what nobody loses. */
import { afterEach, describe, expect, it } from "vitest";
import { LiveLeg } from "../../../src/agents/openai-live/leg.js";
import { PORTAL_FORMATS } from "../../../src/audio/format.js";
import { ManualClock } from "../../../src/clock.js";
import {
  type FakeOpenAiLiveOptions,
  type FakeServer,
  fakeOpenAiLive,
  type OpenAiLiveConnection,
} from "../../../src/testing.js";
import { payload, Reports } from "../call.js";

const SESSION_S = 600;
const SESSION = { model: "gpt-live-1", audio: { format: { type: "audio/pcmu", rate: 8000 } } };
const SILENCE = 0xff;
const VOICE = 0x20;

let server: FakeServer<OpenAiLiveConnection> | undefined;
afterEach(() => server?.close());

async function call(more: { swapBeforeMs?: number; greeting?: string } & FakeOpenAiLiveOptions = {}) {
  const clock = new ManualClock();
  const { swapBeforeMs = 60_000, greeting, ...options } = more;
  server = await fakeOpenAiLive({ expiresAt: () => clock.wallMs() / 1000 + SESSION_S, ...options });
  const reports = new Reports();
  const leg = await LiveLeg.connect({
    url: server.url,
    headers: {},
    format: PORTAL_FORMATS.g711_ulaw,
    session: SESSION,
    greeting,
    swapBeforeMs,
    fix: "",
    signal: new AbortController().signal,
    clock,
    emit: reports.emit,
  });
  const far = await server.next();
  let frames = 0;
  /** The caller is heard for so long, 20 ms at a time; each frame holds its number. */
  const caller = (ms: number, code = VOICE) => {
    for (let at = 0; at < ms; at += 20) {
      const bytes = new Uint8Array(160).fill(code);
      if (code === VOICE) bytes.set([0x10 + (frames >> 5), 0x10 + (frames & 31)]);
      frames++;
      leg.send(payload(bytes));
      clock.advance(20);
    }
  };
  const silence = (ms: number) => caller(ms, SILENCE);
  const to = (seconds: number) => clock.advance(seconds * 1000 - clock.now());
  return { server, clock, reports, leg, far, caller, silence, to };
}

/** The texts of the history that a session was started with. */
const history = (far: OpenAiLiveConnection) =>
  ((far.session?.input ?? []) as { role: string; content: { text: string }[] }[]).map(({ role, content }) => [
    role,
    content[0].text,
  ]);

/** What a far end has of what was sent, after everything sent so far has come to it. */
async function settled(far: OpenAiLiveConnection, bytes: number): Promise<Buffer> {
  await far.until(() => far.heardBytes >= bytes);
  return far.heard;
}

describe("in a quiet moment", () => {
  it("a minute before the end, the call goes on in a session that knows what was said, without a greeting", async () => {
    const { server, reports, leg, far, to, clock } = await call({ greeting: "Greet the caller." });
    await far.until(() => far.appended.length === 1);
    far.words("agent", "Good evening.");
    far.words("caller", "Bread, please", 1500);
    await during(
      () => clock.advance(20),
      () => reports.of("transcript").length === 2,
    );
    leg.dtmf("5");
    await far.until(() => far.appended.length === 2);
    to(SESSION_S - 60 - 1);
    await server.untilOpen(1);
    to(SESSION_S - 60);
    const next = await server.next();
    await next.until(() => next.session !== undefined);
    await far.ended;
    expect(clock.now()).toBe((SESSION_S - 60) * 1000);
    expect(history(next)).toEqual([
      ["developer", expect.stringContaining("without a greeting")],
      ["assistant", "Good evening."],
      ["user", "Bread, please"],
      ["user", "[caller pressed 5]"],
    ]);
    leg.send(payload(new Uint8Array(160).fill(VOICE)));
    await settled(next, 160);
    expect(next.appended).toEqual([]);
    expect(reports.of("closed")).toEqual([]);
    expect(reports.warnings).toEqual([]);
    expect([...far.faults, ...next.faults]).toEqual([]);
  });

  it("everything goes on: audio, transcripts at their times, tools, and the next change", async () => {
    const { server, reports, leg, far, to, silence, clock } = await call();
    silence(1000);
    await settled(far, 8000);
    to(SESSION_S - 60);
    const next = await server.next();
    await far.ended;
    next.speak(new Uint8Array(800).fill(VOICE));
    await reports.until(({ audio }) => audio.length === 800);
    next.words("caller", "And butter", 500);
    next.callTools({ id: "t", name: "lookup", args: { word: "butter" } });
    next.endDelegation();
    await reports.until(() => reports.of("tool-call").length === 1);
    clock.advance(1000);
    expect(reports.of("transcript")).toEqual([
      { type: "transcript", who: "caller", text: "And butter", audioMs: 1500 },
    ]);
    leg.toolResult("t", '{"found":1}', false);
    await next.until(() => next.asked === 1);
    expect(next.toolResults).toEqual([{ id: "t", output: '{"found":1}' }]);
    to(2 * (SESSION_S - 60) + 3);
    const third = await server.next();
    await next.ended;
    expect(history(third).slice(1)).toEqual([
      ["developer", 'You called lookup with {"word":"butter"}'],
      ["user", "And butter"],
      ["developer", 'A tool that was called answered: {"found":1}'],
    ]);
    leg.close(1000, "over");
    await third.ended;
    expect(reports.of("closed")).toEqual([]);
  });

  it("words that come after the change are told, and told to the next session", async () => {
    const { server, reports, far, to, clock } = await call();
    far.stopReading();
    to(SESSION_S - 60);
    const next = await server.next();
    await next.until(() => next.session !== undefined);
    far.words("caller", "One more thing", 900);
    // The old session has not read our good-bye yet.
    while (reports.of("transcript").length === 0) {
      await new Promise((resolve) => setImmediate(resolve));
      clock.advance(10);
    }
    expect(reports.of("transcript")).toMatchObject([{ who: "caller", text: "One more thing" }]);
    await next.until(() => next.appended.length === 1);
    expect(next.appended).toEqual([{ channel: "thinking", content: "The caller said: One more thing" }]);
    far.readAgain();
    await far.ended;
    expect(reports.of("closed")).toEqual([]);
  });
});

/** The next session has started, and the call knows it. */
async function started(next: OpenAiLiveConnection, reports: Reports): Promise<void> {
  await next.until(() => next.session !== undefined);
  next.error("slow_down", "told only so that the test knows");
  await reports.until(() => reports.warnings.includes("agent-error"));
}

/** The numbers of the caller's frames that a far end heard, without the silence. */
function numbers(far: OpenAiLiveConnection): number[] {
  const { heard } = far;
  const found: number[] = [];
  for (let at = 0; at < heard.length; at += 160) {
    if (heard[at] !== SILENCE) found.push((heard[at] - 0x10) * 32 + heard[at + 1] - 0x10);
  }
  return found;
}

const range = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i);

/** Time goes on by `step` until something has happened over the sockets. */
async function during(step: () => void, happened: () => boolean): Promise<void> {
  for (let i = 0; i < 5000 && !happened(); i++) {
    step();
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(happened()).toBe(true);
}

describe("without a quiet moment", () => {
  it("waits for one while the caller speaks, and while they may yet be answered", async () => {
    const { server, reports, far, to, caller, silence } = await call();
    to(SESSION_S - 62);
    caller(22_000);
    await settled(far, 22_000 * 8);
    await server.untilOpen(1);
    silence(5200);
    const next = await server.next();
    await far.ended;
    caller(200);
    await settled(next, 1600);
    expect(numbers(next)).toEqual(range(1360, 1370));
    expect(numbers(far)).toEqual(range(0, 1100));
    expect([...reports.warnings, ...next.faults, ...far.faults]).toEqual([]);
  });

  it("does not wait longer than the agent takes to answer", async () => {
    const { server, far, reports, to, caller, silence } = await call();
    to(SESSION_S - 61);
    caller(2000);
    silence(400);
    far.speak(new Uint8Array(1600).fill(VOICE));
    await reports.until(({ audio }) => audio.length === 1600);
    far.speak(new Uint8Array(8000).fill(SILENCE));
    await reports.until(() => reports.of("turn-ended").length === 1);
    silence(200);
    await server.next();
    await far.ended;
  });

  it("has the next session hear all again that was not answered, its words told once", async () => {
    const { server, reports, leg, far, to, caller, clock } = await call();
    // A tool that runs keeps every moment from being quiet.
    far.callTools({ id: "t", name: "lookup", args: {} });
    far.endDelegation();
    await reports.until(() => reports.of("tool-call").length === 1);
    to(SESSION_S - 30);
    const next = await server.next();
    await started(next, reports);
    to(SESSION_S - 18);
    caller(2000);
    await settled(far, 16_000);
    await during(
      () => {
        caller(20);
        if (next.heardBytes === 0) far.words("caller", "a table");
      },
      () => next.heardBytes > 0,
    );
    await far.ended;
    caller(1000);
    const total = numbers(far).length + 1;
    await next.until(() => numbers(next).length > total);
    expect(clock.now()).toBeGreaterThan((SESSION_S - 15) * 1000);
    // From its first sound, and without a gap.
    expect(numbers(next)).toEqual(range(0, numbers(next).length));
    next.words("caller", "A table for two", 100);
    await next.until(() => next.heardBytes > 0);
    await during(
      () => clock.advance(50),
      () => reports.of("transcript").length > 0,
    );
    expect(reports.of("transcript")).toEqual([
      { type: "transcript", who: "caller", text: "A table for two", audioMs: 100 },
    ]);
    leg.toolResult("t", '{"found":"rye"}', false);
    await next.until(() => next.appended.length > 0);
    expect(next.appended.at(-1)).toEqual({
      channel: "commentary",
      content: 'A tool that was called answered: {"found":"rye"}',
    });
    expect([...next.faults, ...far.faults]).toEqual([]);
    leg.close(1000, "over");
  });

  it("makes up for what was heard again in the caller's silence", async () => {
    const { server, far, caller, silence } = await call();
    caller(2000);
    await settled(far, 16_000);
    far.endSession("expired");
    const next = await server.next();
    await next.until(() => next.heardBytes === 16_000);
    silence(3000);
    caller(20);
    await next.until(() => numbers(next).length === 101);
    // Two seconds were behind; of three seconds of silence one was left.
    expect(next.heardBytes).toBe(8 * (2000 + 1000 + 20));
  });

  it("tells the next session where the agent was cut off", async () => {
    const { server, reports, far, to, clock } = await call();
    to(SESSION_S - 61);
    const speak = () => {
      far.speak(new Uint8Array(160).fill(VOICE));
      clock.advance(100);
    };
    far.words("agent", "We have rye, ");
    await during(speak, () => clock.now() > (SESSION_S - 30) * 1000);
    const next = await server.next();
    await started(next, reports);
    far.words("agent", "and wheat, and");
    await during(speak, () => next.appended.length > 0);
    await far.ended;
    expect(next.appended.at(-1)).toMatchObject({ channel: "commentary" });
    expect(next.appended.at(-1)?.content).toMatch(/Go on from where you were: .*and wheat, and$/);
    expect(reports.of("turn-ended")).toHaveLength(1);
    expect(
      reports
        .of("transcript")
        .map(({ text }) => text)
        .join(" "),
    ).toMatch(/We have rye,.*and wheat, and/);
    expect([...next.faults, ...far.faults]).toEqual([]);
  });
});

describe("a session that expires before another was opened", () => {
  it("is replaced while the caller's audio waits: nothing is lost, nobody is greeted", async () => {
    const { server, reports, leg, far, caller } = await call({ swapBeforeMs: 0, greeting: "Greet." });
    await far.until(() => far.appended.length === 1);
    caller(1000);
    await settled(far, 8000);
    far.endSession("expired");
    await far.ended;
    caller(1000);
    const next = await server.next();
    await next.until(() => numbers(next).length === 100);
    expect(numbers(next)).toEqual(range(0, 100));
    leg.dtmf("1");
    await next.until(() => next.appended.length === 1);
    expect(next.appended).toEqual([{ channel: "thinking", content: "[caller pressed 1]" }]);
    expect([...reports.of("closed"), ...reports.warnings, ...far.faults, ...next.faults]).toEqual([]);
  });

  it("keeps no more than ten seconds waiting, and says what it drops", async () => {
    const { server, reports, far, caller } = await call();
    caller(6000);
    await settled(far, 48_000);
    far.endSession("expired");
    await far.ended;
    caller(6000);
    const next = await server.next();
    await next.until(() => next.heardBytes === 80_000);
    expect(reports.of("congested").reduce((sum, { ms }) => sum + ms, 0)).toBe(2000);
    expect(numbers(next)).toEqual(range(100, 600));
  });

  it("ends the call when there is no other", async () => {
    let refuse = false;
    const refuseSession = () =>
      refuse ? { code: "insufficient_quota", message: "none is left" } : undefined;
    const { reports, far } = await call({ refuseSession });
    refuse = true;
    far.words("caller", "Hello?");
    far.endSession("expired");
    await reports.until(() => reports.of("closed").length === 1);
    expect(reports.events).toMatchObject([
      { type: "transcript", text: "Hello?" },
      { type: "closed", failed: true, reason: expect.stringContaining("longest duration") },
    ]);
  });
});

describe("a session that cannot be opened", () => {
  it("leaves the old one running, is told once, and is tried again", async () => {
    let refuse = false;
    let refused = 0;
    const refuseSession = () => {
      if (refuse) refused++;
      return refuse ? { code: "server_error", message: "not now" } : undefined;
    };
    const { server, reports, leg, far, to, clock } = await call({ refuseSession });
    refuse = true;
    to(SESSION_S - 60);
    await reports.until(() => reports.warnings.length === 1);
    leg.send(payload(new Uint8Array(160).fill(SILENCE)));
    await settled(far, 160);
    to(SESSION_S - 50.5);
    expect(refused).toBe(1);
    await server.next();
    await during(
      () => clock.advance(100),
      () => refused === 2,
    );
    await server.next();
    refuse = false;
    await during(
      () => clock.advance(100),
      () => clock.now() > (SESSION_S - 20) * 1000,
    );
    const next = await server.next();
    await far.ended;
    leg.send(payload(new Uint8Array(160).fill(SILENCE)));
    await settled(next, 160);
    expect(reports.warnings).toEqual(["agent-swap"]);
    expect(reports.of("closed")).toEqual([]);
  });
});

it("closes both when the call ends between them, and leaves no socket", async () => {
  const { server, leg, far, reports, to } = await call();
  far.callTools({ id: "t", name: "lookup", args: {} });
  await reports.until(() => reports.of("tool-call").length === 1);
  to(SESSION_S - 30);
  const next = await server.next();
  await started(next, reports);
  leg.close(1000, "the caller hung up");
  await Promise.all([far.ended, next.ended]);
  await server.untilOpen(0);
  expect(reports.of("closed")).toEqual([]);
});

it("never changes when it is told not to, nor for a time that has passed", async () => {
  const { server, far, to, leg } = await call({ expiresAt: () => 5 });
  to(2 * SESSION_S);
  leg.send(payload(new Uint8Array(160)));
  await settled(far, 160);
  await server.untilOpen(1);
});
