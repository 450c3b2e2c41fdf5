/** Telnyx, Plivo and Exotel: the same wire under other names, and where each is different. */
import { afterEach, describe, expect, it } from "vitest";
import {
  type FakeServer,
  type FakeTwilioAgentOptions,
  fakeTwilioAgent,
  type TwilioAgentConnection,
} from "../../src/testing.js";
import { connect, pattern, payload } from "./call.js";
import { describeWire } from "./contract.js";

const DIALECTS = ["telnyx", "plivo", "exotel"] as const;

for (const dialect of DIALECTS) {
  describeWire(dialect, {
    spec: (url) => `${dialect}:${url}/stream`,
    start: (options) => fakeTwilioAgent({ ...options, dialect }),
    speak: (far, audio) => far.speak(audio),
    speaks: dialect === "exotel" ? { encoding: "pcm16", sampleRate: 8000 } : undefined,
    end: (far) => far.close(1000),
    digits: (far) => far.digits,
    interrupt: (far) => far.clear(),
  });
}

const open: FakeServer<TwilioAgentConnection>[] = [];
afterEach(async () => {
  for (const server of open.splice(0)) await server.close();
});

const dial = async (
  dialect: (typeof DIALECTS)[number],
  options: Record<string, string | number> = {},
  fake: FakeTwilioAgentOptions = {},
) => {
  const server = await fakeTwilioAgent({ dialect, ...fake });
  open.push(server);
  const connected = await connect(`${dialect}:${server.url}`, { options });
  const far = await server.next();
  await far.until(() => far.start !== undefined);
  return { ...connected, far };
};

describe.each(DIALECTS)("%s", (dialect) => {
  it("tells the agent of its call, and of its end", async () => {
    const { leg, far } = await dial(dialect, { parameters: "tier=gold" });
    expect(far.parameters).toMatchObject({ from_number: "+12025550101", tier: "gold" });
    leg.send(payload(pattern(960)));
    leg.dtmf?.("#", 80);
    leg.close(1000, "over");
    await far.ended;
    expect(far).toMatchObject({ digits: ["#"], heardBytes: 960, gapMs: 0, faults: [] });
    expect(far.stopped).toBe(dialect !== "plivo");
  });

  it("returns marks when their audio has been heard", async () => {
    const { leg, reports, far } = await dial(dialect);
    far.speak(pattern(160));
    far.mark("a");
    await reports.until((all) => all.of("mark").length === 1);
    leg.marked?.("a");
    await far.until(() => far.marks.length === 1);
    expect(far.faults).toEqual([]);
  });
});

describe("plivo", () => {
  it("confirms a clear, and does not return the marks it dropped", async () => {
    const { leg, reports, far } = await dial("plivo");
    far.mark("a");
    far.mark("b");
    far.clear();
    await reports.until((all) => all.of("interrupted").length === 1);
    leg.marked?.("a");
    leg.marked?.("b");
    far.mark("c");
    await reports.until((all) => all.of("mark").length === 3);
    leg.marked?.("c");
    await far.until(() => far.marks.length === 1);
    expect(far).toMatchObject({ marks: ["c"], cleared: 1, faults: [] });
  });

  it("hears and speaks what was agreed, and takes nothing else for audio", async () => {
    const { leg, reports, far } = await dial("plivo", { audio: "l16-16000" }, { bytesPerMs: 32 });
    expect(leg.hears).toEqual({ encoding: "pcm16", sampleRate: 16_000 });
    leg.send(payload(pattern(640)));
    far.sendText(
      '{"event":"playAudio","media":{"contentType":"audio/x-mulaw","sampleRate":8000,"payload":"AAAA"}}',
    );
    for (const contentType of ["audio/x-l16;rate=16000", undefined])
      far.sendText(JSON.stringify({ event: "playAudio", media: { contentType, payload: "AAAA" } }));
    far.speak(pattern(640));
    await reports.until(({ audio }) => audio.length === 646);
    expect(reports.warnings).toEqual(["agent-format"]);
    await far.until(() => far.heardBytes === 640);
    expect([...far.sizes]).toEqual([640]);
  });

  it("asks for the keys that the agent wants to press", async () => {
    const { reports, far } = await dial("plivo");
    far.sendText('{"event":"sendDTMF","dtmf":"12#"}');
    await reports.until(({ events }) => events.length > 0);
    expect(reports.events).toEqual([
      { type: "tool-call", id: "plivo-keys-1", name: "send_dtmf", args: { digits: "12#" } },
    ]);
  });
});

it("gives Exotel's agents the rate they want", async () => {
  const { leg, far } = await dial("exotel", { rate: 24_000 }, { bytesPerMs: 48 });
  expect(leg.speaks).toEqual({ encoding: "pcm16", sampleRate: 24_000 });
  leg.send(payload(pattern(960)));
  await far.until(() => far.heardBytes === 960);
  expect(far.start).toMatchObject({ start: { media_format: { sample_rate: "24000" } } });
});
