/** Messages that a phone should not send: JSON of every shape, wrong types, wrong order. Frames as such are in frames.ts. */
import { Phone, QUIET_FRAME } from "../../e2e/phone.js";
import type { Case, Outcome } from "../case.js";
import type { Stage } from "../stage.js";

type Said = string | object | Buffer;
const ULAW = { encoding: "g711_ulaw", sampleRate: 8000 };

/** In a call that runs: says it twice, is heard before and after, and hangs up. */
function inACall(
  does: string,
  said: Said | readonly Said[],
  warnings: readonly string[],
  also?: string,
): Case {
  return {
    peer: "PBX",
    does,
    outcome: { ended: "caller-hung-up", warnings, also: also ?? "the call goes on" },
    async play(stage) {
      const phone = await Phone.call(stage.url);
      await phone.echoed();
      for (const one of [said, said].flat() as Said[]) phone.say(one);
      await phone.echoed();
      if (phone.others.length > 0) throw new Error(`we answered ${phone.others[0]}`);
      await phone.hangUp();
      return over(stage, phone);
    },
  };
}

/** Instead of a good start; we close. */
function insteadOfStart(does: string, said: Said, outcome: Outcome): Case {
  return {
    peer: "PBX",
    does,
    outcome,
    async play(stage) {
      const phone = await Phone.dial(stage.url);
      phone.say(said);
      const { code: close, reason } = await phone.closed;
      return { close, reason };
    },
  };
}

/** A call that begins with these fields in its `start`; we close. */
function startedWith(does: string, fields: Record<string, unknown>, reason: string): Case {
  const start = { callId: "x", accountId: "a", mediaFormat: ULAW, ...fields };
  return insteadOfStart(does, { event: "start", start }, { close: 1008, reason });
}

/** In a call that runs: says it, and we close. */
function untilClosed(does: string, say: (phone: Phone) => void, outcome: Outcome): Case {
  return {
    peer: "PBX",
    does,
    outcome,
    async play(stage) {
      const phone = await Phone.call(stage.url);
      await phone.echoed();
      say(phone);
      const { code: close, reason } = await phone.closed;
      return { close, reason, ...(await over(stage, phone)) };
    },
  };
}

async function over(stage: Stage, phone: Phone) {
  const { reason } = await stage.ended(phone.callId);
  return { ended: reason as Outcome["ended"], warnings: stage.warnings(phone.callId) };
}

const deep = (levels: number) => `${"[".repeat(levels)}${"]".repeat(levels)}`;
const badPayload = (payload: unknown) => ({ event: "media", media: { payload } });
const idProblem = "callId is too long or has control characters";

export const messages: readonly Case[] = [
  inACall("sends malformed JSON", '{"event":"media"', ["malformed-json"]),
  inACall("sends text that is no JSON", "hello", ["malformed-json"]),
  inACall("sends an empty text", "", ["malformed-json"]),
  inACall("opens 100,000 brackets and closes none", "[".repeat(100_000), ["malformed-json"]),
  inACall("sends 100,000 brackets, one in the other", deep(100_000), ["malformed-json"]),
  inACall(
    "nests an event's content 10,000 deep",
    `{"event":"dtmf","dtmf":{"digit":"1","x":${deep(10_000)}}}`,
    ["malformed-json"],
  ),
  inACall(
    "sends an object of 20,000 keys",
    Object.fromEntries(Array.from({ length: 20_000 }, (_, k) => [k, 0])),
    ["malformed-json"],
  ),
  inACall("sends a list of 80,000 empty objects", `[${"{},".repeat(80_000)}{}]`, ["malformed-json"]),
  inACall("sends 250 KB of blanks", " ".repeat(250_000), ["malformed-json"]),
  inACall("sends a list", "[1,2,3]", ["no-event"]),
  inACall("sends an object that names no event", "{}", ["no-event"]),
  inACall(
    "names its event with a number, a list, null, and an empty text",
    [{ event: 7 }, { event: [] }, { event: null }, { event: "" }],
    ["no-event"],
  ),
  inACall(
    "names its event `__proto__`, `constructor` and `toString`",
    ["__proto__", "constructor", "toString"].map((event) => ({ event })),
    ["unknown-event"],
  ),
  inACall(
    "sends `__proto__` and `constructor` as keys",
    '{"__proto__":{"event":"hangup"},"constructor":{"prototype":{"event":"stop"}}}',
    ["no-event"],
  ),
  inACall("names an event of 100 KB", { event: "x".repeat(100_000) }, ["unknown-event"]),
  inACall(
    "names an event in halves of surrogate pairs and control characters",
    '{"event":"\\ud83d\\u0000\\u001b[2J"}',
    ["unknown-event"],
  ),
  inACall("sends the same key twice", '{"event":"hangup","event":"mark"}', ["unknown-event"]),
  inACall("sends an unknown event", '{"event":"mark"}', ["unknown-event"]),
  inACall(
    "sends 1,000 unknown events, each with another name",
    Array.from({ length: 1000 }, (_, k) => ({ event: `e${k}` })),
    ["unknown-event"],
    "the call goes on; the first 20 names are shown",
  ),
  inACall("sends a binary message", Buffer.alloc(160, 0x7f), ["binary-frame"]),
  inACall(
    "sends media without content, with a text and with a list in its place",
    [{ event: "media" }, { event: "media", media: "x" }, { event: "media", media: [1] }],
    ["bad-payload"],
  ),
  inACall("sends a payload that is a number, null, an object", [7, null, {}].map(badPayload), [
    "bad-payload",
  ]),
  inACall(
    "sends a payload that is not base64, or base64 with junk in it",
    ["%%%%", "AAA=AAA=", "AA AA", "A", "=", "AA-+"].map(badPayload),
    ["bad-payload"],
  ),
  inACall("sends an empty payload", badPayload(""), ["bad-payload"]),
  inACall(
    "sends payloads of odd sizes: 1, 3, 159, 161 and 7,999 bytes",
    [1, 3, 159, 161, 7999].map((n) => badPayload(Buffer.alloc(n, 0xff).toString("base64"))),
    [],
  ),
  inACall(
    "presses a key that no telephone has",
    [
      { event: "dtmf", dtmf: { digit: "x" } },
      { event: "dtmf", dtmf: [] },
      { event: "dtmf", dtmf: { digit: "12" } },
    ],
    ["bad-dtmf"],
  ),
  inACall(
    'presses a key for −1, 1e300 and "NaN" ms',
    ["-1", 1e300, "NaN"].map((duration) => ({ event: "dtmf", dtmf: { digit: "1", duration } })),
    [],
  ),
  inACall("presses a key of another call", { event: "dtmf", dtmf: { digit: "1", callId: "another" } }, [
    "dtmf-other-leg",
  ]),
  inACall(
    "says `connected` in mid-call, with a protocol of any type",
    [
      { event: "connected" },
      { event: "connected", connected: [] },
      { event: "connected", connected: { protocol: { a: 1 } } },
    ],
    [],
  ),
  {
    peer: "PBX",
    does: "sends a second start of the same call",
    outcome: {
      ended: "caller-hung-up",
      warnings: ["second-start"],
      also: "the call goes on, and is one call",
    },
    async play(stage) {
      const phone = await Phone.call(stage.url);
      phone.start();
      await phone.echoed();
      await phone.hangUp();
      const seen = await over(stage, phone);
      const starts = stage.server.all("call-started").filter(({ callId }) => callId === phone.callId);
      if (starts.length !== 1) throw new Error(`${starts.length} calls`);
      return seen;
    },
  },
  {
    peer: "PBX",
    does: "sends media and keys before start",
    outcome: { ended: "caller-hung-up", also: "the call goes on; what came early is not heard" },
    async play(stage) {
      const phone = await Phone.dial(stage.url);
      phone.media(Buffer.alloc(160, 1));
      phone.say({ event: "dtmf", dtmf: { digit: "1" } });
      phone.start();
      await phone.echoed();
      if (phone.payloads[0] !== QUIET_FRAME.toString("base64")) throw new Error("it was heard");
      await phone.hangUp();
      if (!stage.warnings(null).includes("media-before-start")) throw new Error("it was not shown");
      return over(stage, phone);
    },
  },
  {
    peer: "PBX",
    does: "goes on after its hang-up: media, a start, another hang-up",
    outcome: { close: 1000, ended: "caller-hung-up", warnings: [], also: "what comes after it is not heard" },
    async play(stage) {
      const phone = await Phone.call(stage.url);
      await phone.echoed();
      phone.say({ event: "hangup", hangup: { callId: phone.callId } });
      for (let k = 0; k < 200; k++) phone.media(QUIET_FRAME);
      phone.start();
      phone.say({ event: "hangup", hangup: {} });
      const { code: close } = await phone.closed;
      return { close, ...(await over(stage, phone)) };
    },
  },
  untilClosed("hangs up with a list for content", (phone) => phone.say({ event: "hangup", hangup: [] }), {
    close: 1000,
    ended: "caller-hung-up",
  }),
  untilClosed(
    "hangs up with a reason of 40,000 control characters",
    (phone) => phone.say({ event: "stop", stop: { reason: "\u0007".repeat(40_000) } }),
    {
      close: 1000,
      ended: "caller-hung-up",
    },
  ),
  untilClosed("sends a second start with another callId", (phone) => phone.start({ callId: "another" }), {
    close: 1008,
    reason: "a start for another call",
    ended: "protocol-fault",
  }),
  untilClosed(
    "sends more than fifty unusable messages",
    (phone) => {
      for (let k = 0; k < 60; k++) phone.say("nonsense");
    },
    { close: 1008, reason: "too many unusable messages", ended: "protocol-fault" },
  ),
  untilClosed("sends a message of 1 MB", (phone) => phone.say(badPayload("A".repeat(1_000_000))), {
    close: 1009,
    ended: "message-too-big",
  }),
  untilClosed("says nothing any more", () => {}, {
    close: 1008,
    reason: "nothing came from the PBX any more",
    ended: "caller-silent",
  }),
  insteadOfStart(
    "says no more than `connected`",
    { event: "connected" },
    { close: 1008, reason: "no start message came" },
  ),
  insteadOfStart(
    "starts without content",
    { event: "start" },
    { close: 1008, reason: "start has no content" },
  ),
  insteadOfStart(
    "starts with a list for content",
    { event: "start", start: [] },
    { close: 1008, reason: "start has no content" },
  ),
  startedWith("starts without a callId", { callId: undefined }, "start has no callId"),
  startedWith("starts with an object as callId", { callId: { toString: "x" } }, "start has no callId"),
  startedWith("starts with a callId of 10 KB", { callId: "x".repeat(10_000) }, idProblem),
  startedWith("starts with control characters in its callId", { callId: "a\u001b[2Jb\n" }, idProblem),
  startedWith("starts with half a surrogate pair as callId", { callId: "\ud83d" }, idProblem),
  startedWith(
    "starts with control characters in its accountId",
    { accountId: "a\u0000b" },
    "accountId is too long or has control characters",
  ),
  startedWith(
    "starts with an unknown encoding",
    { mediaFormat: { encoding: "g722", sampleRate: 16000 } },
    "mediaFormat g722/16000",
  ),
  startedWith(
    "starts with a sample rate that no format has",
    { mediaFormat: { encoding: "pcm16", sampleRate: 44100 } },
    "mediaFormat pcm16/44100",
  ),
  startedWith(
    "starts with μ-law at 16 kHz",
    { mediaFormat: { encoding: "g711_ulaw", sampleRate: 16000 } },
    "mediaFormat g711_ulaw/16000",
  ),
  startedWith(
    "starts with a sample rate of 1e999",
    { mediaFormat: { encoding: "pcm16", sampleRate: "1e999" } },
    "mediaFormat pcm16/1e999",
  ),
  startedWith("starts with a text for its format", { mediaFormat: "g711_ulaw" }, "mediaFormat (none)/(none)"),
  startedWith("starts without a format", { mediaFormat: undefined }, "mediaFormat (none)/(none)"),
  startedWith(
    "starts with `__proto__` as encoding",
    { mediaFormat: { encoding: "__proto__", sampleRate: 8000 } },
    "mediaFormat __proto__/8000",
  ),
  insteadOfStart(
    "starts with a format named in hundreds of long letters",
    {
      event: "start",
      start: { callId: "x", mediaFormat: { encoding: "あ".repeat(99), sampleRate: "い".repeat(99) } },
    },
    { close: 1008, also: "with as much of the name as fits a close frame" },
  ),
  {
    peer: "PBX",
    does: "sends Opus that is no Opus, bare, as Ogg and as WebM, at every rate",
    outcome: { ended: "caller-hung-up", also: "the call goes on; what cannot be decoded is silence" },
    async play(stage) {
      const ends = [8000, 16000, 24000, 48000].map(async (sampleRate) => {
        const phone = await Phone.call(stage.url, { mediaFormat: { encoding: "opus", sampleRate } });
        for (const head of ["", "OggS", "\u001aE\u00df\u00a3"])
          for (let k = 1; k < 20; k++)
            phone.media(Buffer.concat([Buffer.from(head, "latin1"), Buffer.alloc(k * 9, k * 13)]));
        phone.say({ event: "dtmf", dtmf: { digit: "5" } });
        await stage.server.first("dtmf", phone.callId);
        await phone.hangUp();
        return over(stage, phone);
      });
      const seen = await Promise.all(ends);
      return { ended: seen.find(({ ended }) => ended !== "caller-hung-up")?.ended ?? "caller-hung-up" };
    },
  },
  {
    peer: "PBX",
    does: "sends PCM in pieces of 333 bytes",
    outcome: {
      ended: "caller-hung-up",
      warnings: [],
      also: "the call goes on; the odd byte is carried over",
    },
    async play(stage) {
      const phone = await Phone.call(stage.url, { mediaFormat: { encoding: "pcm16", sampleRate: 24000 } });
      const sound = Buffer.from(Uint8Array.from({ length: 960 * 5 }, (_, i) => i % 251));
      for (let at = 0; at < sound.length; at += 333) phone.media(sound.subarray(at, at + 333));
      await phone.until(() => phone.payloads.length >= 5);
      // Silence may follow: a caller who says nothing more is continued with it.
      const heard = phone.payloads.slice(0, 5).map((payload) => Buffer.from(payload, "base64"));
      if (!Buffer.concat(heard).equals(sound)) throw new Error("other sound came back");
      await phone.hangUp();
      return over(stage, phone);
    },
  },
  {
    peer: "PBX",
    does: "names its sample rate in a text",
    outcome: { ended: "caller-hung-up", warnings: [], also: "the call goes on" },
    async play(stage) {
      const phone = await Phone.call(stage.url, {
        mediaFormat: { encoding: "g711_ulaw", sampleRate: "8000" },
      });
      await phone.echoed();
      await phone.hangUp();
      return over(stage, phone);
    },
  },
];
