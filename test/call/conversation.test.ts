import { beforeAll, describe, expect, test } from "vitest";
import { PORTAL_FORMATS, pcm16 } from "../../src/audio/format.js";
import { encodeUlaw } from "../../src/audio/g711.js";
import { loadOpus, type OpusModule } from "../../src/audio/opus.js";
import { OpusFramer, OpusUnframer } from "../../src/audio/opus-framing.js";
import { Payload } from "../../src/audio/payload.js";
import { sine } from "../../src/audio/signal.js";
import { Playbook } from "./playbook.js";

const ULAW = PORTAL_FORMATS.g711_ulaw;
const SILENCE = new Uint8Array(160).fill(0xff);
const loud = (ms: number) => encodeUlaw(sine(440, -10, ms, 8000));
const interrupted = { type: "agent", event: { type: "interrupted" } } as const;
const turnEnded = { type: "agent", event: { type: "turn-ended" } } as const;

describe("barge-in", () => {
  test("ten seconds poured at once, interrupted two seconds in: the rest is not sent, and the agent is told", () => {
    const book = Playbook.running(pcm16(24000));
    for (let i = 0; i < 10; i++) book.agentSays(1000 + i * 10, new Uint8Array(48_000));
    book.at(3000, interrupted);
    const sentMs = book.of("sendToCaller").length * 20;
    book.until(20_000);
    expect(book.of("sendToCaller").length * 20).toBe(sentMs);
    expect(sentMs).toBeLessThanOrEqual(2000 + 60 + 20);
    const [told] = book.of("interruptAgent");
    expect(Math.abs((told.args[0] as number) - 2000)).toBeLessThanOrEqual(20);
    expect(book.noted("barge-in")).toMatchObject([{ at: 3000, heardMs: told.args[0] }]);
    expect(book.noted("barge-in")[0].droppedMs).toBeGreaterThan(7900);
  });

  test("the heard time is of the item that was in the caller's ear", () => {
    const book = Playbook.running(ULAW).agentSays(0, loud(500), "a").agentSays(1, loud(500), "b");
    book.at(800, interrupted);
    expect(book.of("interruptAgent")[0].args).toEqual([300, "b", []]);
  });

  test("an interruption while nothing is to be heard is nothing", () => {
    const book = Playbook.running(ULAW).at(10, interrupted).agentSays(100, loud(100)).at(2000, interrupted);
    expect(book.of("interruptAgent")).toEqual([]);
    expect(book.noted("barge-in")).toEqual([]);
  });

  test("the next reply starts at once and is counted from its own beginning", () => {
    const book = Playbook.running(ULAW)
      .agentSays(0, loud(5000))
      .at(1000, interrupted)
      .agentSays(1500, loud(5000))
      .at(1900, interrupted);
    expect(book.of("interruptAgent").map((done) => done.args[0])).toEqual([1000, 400]);
    expect(book.of("sendToCaller").some(({ at }) => at === 1500)).toBe(true);
  });
});

describe("frames", () => {
  test("ragged chunks leave as exact frames; the last is padded with μ-law silence when the turn ends", () => {
    const book = Playbook.running(ULAW);
    const speech = loud(1000).subarray(0, 7777);
    for (let i = 0, at = 0; i < speech.length; i += 333, at++)
      book.agentSays(at, speech.subarray(i, i + 333));
    book.at(50, turnEnded).until(3000);
    expect(book.payloads("sendToCaller").every((payload) => payload.bytes.length === 160)).toBe(true);
    const sent = book.bytes("sendToCaller");
    expect(sent.subarray(0, 7777).equals(speech)).toBe(true);
    expect(sent.subarray(7777).every((byte) => byte === 0xff)).toBe(true);
  });

  test("an agent that never says where its turn ends still gets its last samples out", () => {
    const book = Playbook.running(ULAW).agentSays(0, loud(1000).subarray(0, 250)).until(1000);
    expect(book.bytes("sendToCaller")).toHaveLength(320);
    expect(book.of("sendToCaller").at(-1)?.at).toBe(100);
  });

  test("μ-law to μ-law changes no byte, and the agent gets the very text that came", () => {
    const book = Playbook.running(ULAW);
    const payload = Payload.fromBase64(Buffer.from(loud(20)).toString("base64"));
    book
      .at(0, { type: "agent", event: { type: "audio", payload } })
      .at(0, { type: "pbx", message: { type: "media", payload } });
    expect(book.payloads("sendToCaller")[0]?.base64).toBe(payload.base64);
    expect(book.payloads("sendToAgent")[0]).toBe(payload);
  });

  test("digital silence in is digital silence out, through 24 kHz and back", () => {
    const book = Playbook.running(pcm16(24000));
    for (let i = 0; i < 50; i++) book.callerSays(i * 20, SILENCE).agentSays(i * 20, new Uint8Array(960));
    book.until(2000);
    expect(book.bytes("sendToAgent").every((byte) => byte === 0)).toBe(true);
    expect(book.bytes("sendToCaller").every((byte) => byte === 0xff)).toBe(true);
    expect(book.bytes("sendToCaller")).toHaveLength(8000);
  });

  test("how late a frame leaves is told where it waited for its time, and not where it came late", () => {
    const book = Playbook.running(ULAW).agentSays(0, loud(60));
    expect(book.lateness).toEqual([]);
    // The second was to leave 2 ms ahead of its 20, the third 4 ms ahead of its 40; the process was late for both.
    book.call.handle({ type: "wake" }, 47);
    book.agentSays(300, loud(20));
    expect(book.lateness).toEqual([29, 11]);
  });

  test("the pre-roll is silence before the first frame of the call, and only there", () => {
    const book = Playbook.running(ULAW, ULAW, { preRollMs: 200 })
      .agentSays(0, loud(100))
      .at(10, turnEnded)
      .agentSays(2000, loud(100));
    book.until(5000);
    const sent = book.bytes("sendToCaller");
    expect(sent).toHaveLength(1600 + 800 + 800);
    expect(sent.subarray(0, 1600).every((byte) => byte === 0xff)).toBe(true);
  });
});

describe("more than may wait", () => {
  test("a flood is cut at the bound, newest first, counted and shown once for the reply", () => {
    const book = Playbook.running(pcm16(24000))
      .agentSays(0, new Uint8Array(48 * 40_000))
      .agentSays(1, new Uint8Array(48_000));
    book.until(60_000);
    expect(book.of("sendToCaller").length * 20).toBeGreaterThanOrEqual(30_000);
    expect(book.of("sendToCaller").length * 20).toBeLessThanOrEqual(30_100);
    expect(book.noted("warning").map(({ code }) => code)).toEqual(["agent-overflow"]);
    book.at(60_001, { type: "pbx-closed", code: 1000 });
    expect(book.noted("call-ended")[0].summary.droppedMs).toBeGreaterThan(10_900);
  });

  test("a congested socket is counted and shown once", () => {
    const book = Playbook.running(ULAW);
    for (let i = 0; i < 5; i++) book.at(i, { type: "pbx-congested", ms: 20 });
    book
      .at(9, { type: "agent", event: { type: "congested", ms: 20 } })
      .at(10, { type: "pbx-closed", code: 1000 });
    expect(book.noted("warning").map(({ code }) => code)).toEqual(["congested", "congested"]);
    expect(book.noted("call-ended")[0].summary.droppedMs).toBe(120);
  });
});

describe("the caller's track", () => {
  test("goes on as silence when the PBX goes quiet, in real time, so that the agent's turn can end", () => {
    const book = Playbook.running(pcm16(24000)).callerSays(100, loud(20)).until(3100);
    const fedMs = book.bytes("sendToAgent").length / 48;
    expect(fedMs).toBeGreaterThan(2700);
    expect(fedMs).toBeLessThanOrEqual(3020);
    book.callerSays(3100, loud(20));
    expect(book.bytes("sendToAgent").length / 48 - fedMs).toBeLessThanOrEqual(20);
  });

  test("is left alone while audio comes", () => {
    const book = Playbook.running(ULAW);
    for (let i = 0; i < 100; i++) book.callerSays(i * 20, SILENCE);
    expect(book.of("sendToAgent")).toHaveLength(100);
  });
});

describe("turns", () => {
  test("first-audio latency comes from the audio of both sides", () => {
    const book = Playbook.running(ULAW);
    for (let i = 0; i < 200; i++) {
      book.callerSays(i * 20, i >= 50 && i < 100 ? loud(20) : SILENCE);
      if (i === 130) book.agentSays(130 * 20, loud(1000));
    }
    book.until(6000);
    expect(book.noted("turn")).toMatchObject([{ firstAudioMs: 130 * 20 - 99 * 20 }]);
    expect(book.noted("speech-started").map(({ who }) => who)).toEqual(["caller", "agent"]);
  });
});

describe("pass-through", () => {
  const passing = () => new Playbook().start(0).ready(0, ULAW, true);

  test("payloads of any size go through untouched and at once, both ways", () => {
    const book = passing();
    const payloads = [20, 7, 400, 33].map((ms) =>
      Payload.fromBase64(Buffer.from(loud(ms)).toString("base64")),
    );
    payloads.forEach((payload, i) => {
      book.at(i * 50, { type: "agent", event: { type: "audio", payload } });
      book.at(i * 50, { type: "pbx", message: { type: "media", payload } });
    });
    expect(book.payloads("sendToCaller").every((payload, i) => payload === payloads[i])).toBe(true);
    expect(book.payloads("sendToAgent").every((payload, i) => payload === payloads[i])).toBe(true);
    expect(book.of("sendToCaller").map(({ at }) => at)).toEqual([0, 50, 100, 150]);
  });

  test("no silence is invented for the far end", () => {
    expect(passing().until(5000).of("sendToAgent")).toEqual([]);
  });

  test("is measured all the same", () => {
    const book = passing();
    for (let i = 0; i < 150; i++) book.callerSays(i * 20, i < 50 ? loud(20) : SILENCE);
    book.agentSays(3000, loud(200)).until(4000);
    expect(book.noted("turn")).toMatchObject([{ firstAudioMs: 3000 - 49 * 20 }]);
    expect(book.noted("agent-audio")[0].heardAt).toBe(3000);
  });
});

describe("Opus", () => {
  let opus: OpusModule;
  beforeAll(async () => {
    opus = await loadOpus();
  });
  const OPUS = PORTAL_FORMATS.opus;

  test.each(["raw", "ogg", "webm"] as const)(
    "a caller in %s framing is answered in kind, no frame lost or doubled",
    (framing) => {
      const book = Playbook.running(pcm16(24000), OPUS, { opus });
      const encoder = opus.createEncoder(48000);
      const framer = new OpusFramer(framing);
      book.agentSays(0, new Uint8Array(48_000));
      for (let i = 0; i < 100; i++)
        book.callerSays(1 + i * 20, framer.frame(encoder.encode(sine(440, -10, 20, 48000))));
      book.until(2050);
      expect(book.bytes("sendToAgent").length).toBe(100 * 960);
      const unframer = new OpusUnframer();
      const packets = book.payloads("sendToCaller").flatMap((payload) => unframer.push(payload.bytes));
      expect(unframer.framing).toBe(framing);
      expect(packets).toHaveLength(50);
      encoder.free();
    },
  );

  test("an answer waits for the caller's framing, but not for ever", () => {
    const book = Playbook.running(pcm16(24000), OPUS, { opus })
      .agentSays(0, new Uint8Array(48_000))
      .until(499);
    expect(book.of("sendToCaller")).toEqual([]);
    book.until(2000);
    expect(book.of("sendToCaller")[0].at).toBe(500);
    expect(book.of("sendToCaller")).toHaveLength(50);
  });
});

describe("marks", () => {
  const mark = (name: string) => ({ type: "agent", event: { type: "mark", name } }) as const;

  test("come back when what was said before them has been heard, not when it was sent", () => {
    const book = Playbook.running(ULAW)
      .agentSays(0, loud(500))
      .at(1, mark("a"))
      .agentSays(2, loud(500))
      .at(3, mark("b"));
    book.until(3000);
    expect(book.of("markHeard").map(({ at, args }) => [at, args[0]])).toEqual([
      [500, "a"],
      [1000, "b"],
    ]);
  });

  test("with nothing before them come back at once", () => {
    expect(Playbook.running(ULAW).at(5, mark("now")).of("markHeard")).toMatchObject([
      { at: 5, args: ["now"] },
    ]);
  });

  test("all come back in order when an interruption drops what was before them", () => {
    const book = Playbook.running(ULAW);
    for (const name of ["a", "b", "c"]) book.agentSays(0, loud(400)).at(0, mark(name));
    book.at(500, interrupted).until(3000);
    expect(book.of("markHeard").map(({ at, args }) => [at, args[0]])).toEqual([
      [400, "a"],
      [500, "b"],
      [500, "c"],
    ]);
  });
});

test("an interruption names the items of which nothing was heard", () => {
  const book = Playbook.running(ULAW)
    .agentSays(0, loud(500), "a")
    .agentSays(1, loud(500), "b")
    .agentSays(2, loud(500), "c");
  book.at(200, interrupted);
  expect(book.of("interruptAgent")[0].args).toEqual([200, "a", ["b", "c"]]);
});
