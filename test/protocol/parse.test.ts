import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Payload } from "../../src/audio/payload.js";
import { parseEndpointMessage, parsePbxJson, parsePbxMessage } from "../../src/protocol/parse.js";
import { mediaSerializer, serializeCallerMedia } from "../../src/protocol/serialize.js";

const START = {
  callId: "c-1",
  otherLegCallId: "o-1",
  callerIdNumber: "+94771234512",
  calleeIdNumber: "+94112000000",
  accountId: "acc",
  mediaFormat: { encoding: "g711_ulaw", sampleRate: 8000 },
};
const start = (changes: object) =>
  parsePbxMessage(JSON.stringify({ event: "start", start: { ...START, ...changes } }));
const format = (encoding: unknown, sampleRate: unknown) => start({ mediaFormat: { encoding, sampleRate } });
const media = (payload: unknown) => parsePbxMessage(JSON.stringify({ event: "media", media: { payload } }));
const dtmf = (message: object) => parsePbxMessage(JSON.stringify({ event: "dtmf", ...message }));
const fault = (code: string) => expect.objectContaining({ type: "fault", code });

/** A parsed message with its payload as text, for comparing. */
function flat(message: object): object {
  return "payload" in message ? { ...message, payload: (message.payload as Payload).base64 } : message;
}

describe("start", () => {
  it("gives the call and keeps the message as it came", () => {
    const raw = { event: "start", start: { ...START, tenant: { later: 1 } } };
    expect(parsePbxMessage(JSON.stringify(raw))).toEqual({
      type: "start",
      info: {
        callId: "c-1",
        otherLegCallId: "o-1",
        accountId: "acc",
        caller: "+94771234512",
        callee: "+94112000000",
        format: { encoding: "g711_ulaw", sampleRate: 8000 },
      },
      raw,
    });
  });

  it.each([
    ["g711_ulaw", 8000],
    ["G711_uLaw", "8000"],
    ["g711-ulaw", " 8000 "],
    ["pcm16", 8000],
    ["pcm16", "16000"],
    ["PCM16", 24000],
    ["pcm16", 48000],
    ["opus", 48000],
    ["Opus", "16000"],
  ])("accepts %s at %s", (encoding, rate) => {
    expect(format(encoding, rate)).toMatchObject({
      info: {
        format: { encoding: encoding.toLowerCase().replace("-", "_"), sampleRate: Number(rate) },
      },
    });
  });

  it.each([
    ["g711_ulaw", 16000, "mediaFormat g711_ulaw/16000"],
    ["g711_alaw", 8000, "mediaFormat g711_alaw/8000"],
    ["pcm16", 44100, "mediaFormat pcm16/44100"],
    ["pcm16", "fast", "mediaFormat pcm16/fast"],
    ["pcm16", undefined, "mediaFormat pcm16/(none)"],
    [{}, [8000], "mediaFormat (none)/(none)"],
    ["__proto__", 8000, "mediaFormat __proto__/8000"],
    ["a\u001b[2J\u202eb".padEnd(99, "x"), 1e300, `mediaFormat ${"a[2Jb".padEnd(32, "x")}/1e+300`],
  ])("cannot speak %s at %s", (encoding, rate, detail) => {
    expect(format(encoding, rate)).toEqual({ type: "fault", code: "unsupported-format", detail });
  });

  it.each([undefined, null, "pcm16", []])("needs a mediaFormat, not %s", (mediaFormat) => {
    expect(start({ mediaFormat })).toEqual(fault("unsupported-format"));
  });

  it("takes numbers for text and leaves out what is missing or unusable", () => {
    expect(
      start({
        callId: 17,
        otherLegCallId: "x".repeat(257),
        callerIdNumber: 94771234512,
        calleeIdNumber: null,
        accountId: undefined,
      }),
    ).toMatchObject({ info: { callId: "17", accountId: "", caller: "94771234512", callee: "" } });
    expect(start({ otherLegCallId: "a\nb" })).not.toHaveProperty("info.otherLegCallId");
    expect(start({ callerIdNumber: "anonymous\u001b[31m" })).toHaveProperty("info.caller", "anonymous[31m");
  });

  it.each([undefined, null, "", {}, true, "x".repeat(257), "a\u0000b", "a\u009bb", "\ud800"])(
    "is bad with the callId %j",
    (callId) => {
      expect(start({ callId })).toEqual(fault("bad-start"));
    },
  );

  it("accepts any other callId as it is", () => {
    for (const callId of ["../../x", "x".repeat(256), "通話 1", "__proto__"])
      expect(start({ callId })).toHaveProperty("info.callId", callId);
  });

  it("is bad with an accountId that cannot be sent back, or without content", () => {
    expect(start({ accountId: "a\r\nb" })).toEqual(fault("bad-start"));
    for (const content of [undefined, null, 1, "x", []])
      expect(parsePbxMessage(JSON.stringify({ event: "start", start: content }))).toEqual(fault("bad-start"));
  });
});

describe("media", () => {
  it("keeps the payload as text", () => {
    expect(flat(media("/+A="))).toEqual({ type: "media", payload: "/+A=" });
  });

  it("spells every payload the standard way", () => {
    expect(flat(media("_-A"))).toEqual({ type: "media", payload: "/+A=" });
    expect(flat(media("AA"))).toEqual({ type: "media", payload: "AA==" });
  });

  it.each([
    undefined,
    null,
    1,
    {},
    "",
    " ",
    "AAA A",
    "AAAA\n",
    "A",
    "AAAAA",
    "AA=",
    "A===",
    "=AAA",
    "AA=A",
    "+_AA",
    "%%%%",
  ])("refuses the payload %j", (payload) => {
    expect(media(payload)).toEqual(fault("bad-payload"));
  });

  it("never repeats the payload in a fault", () => {
    expect(JSON.stringify(media("secret audio"))).not.toContain("secret");
  });

  it("has one meaning, whichever way it is read", () => {
    const base64ish = fc.oneof(
      fc.base64String(),
      fc.uint8Array().map((bytes) => Buffer.from(bytes).toString("base64url")),
      fc.string(),
    );
    const compact = base64ish.map((text) => `{"event":"media","media":{"payload":"${text}"}}`);
    const valid = base64ish.map((payload) => JSON.stringify({ event: "media", media: { payload } }));
    const spread = base64ish.map((payload) =>
      JSON.stringify({ event: "media", media: { payload } }, null, 1),
    );
    fc.assert(
      fc.property(fc.oneof(compact, valid, spread), (text) => {
        expect(flat(parsePbxMessage(text))).toEqual(flat(parsePbxJson(text)));
      }),
      { numRuns: 2000 },
    );
  });

  it("gives back the bytes that were sent", () => {
    const send = mediaSerializer("c", "a");
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1 }), (bytes) => {
        const caller = parsePbxMessage(serializeCallerMedia(Payload.fromBytes(bytes)));
        const endpoint = parseEndpointMessage(send(Payload.fromBytes(bytes)));
        if (caller.type !== "media" || endpoint.type !== "media") throw new Error("not media");
        expect([caller.payload.bytes, endpoint.payload.bytes]).toEqual([
          Buffer.from(bytes),
          Buffer.from(bytes),
        ]);
      }),
    );
  });
});

describe("dtmf", () => {
  it.each([
    [{ dtmf: { digit: "5" } }, "5"],
    [{ dtmf: { digit: 0 } }, "0"],
    [{ digit: "#" }, "#"],
    [{ digit: 7 }, "7"],
    [{ dtmf: { digit: "d" } }, "D"],
    [{ dtmf: {}, digit: "*" }, "*"],
  ])("reads %j", (message, digit) => {
    expect(dtmf(message)).toMatchObject({ type: "dtmf", digit });
  });

  it("reads duration and leg ids", () => {
    const message = {
      event: "dtmf",
      dtmf: { callId: "x", otherLegCallId: "y", digit: "1", duration: "120" },
    };
    expect(parsePbxMessage(JSON.stringify(message))).toEqual({
      type: "dtmf",
      digit: "1",
      durationMs: 120,
      callId: "x",
      raw: message,
    });
  });

  it.each([-1, "soon", "", null, "Infinity", {}])("leaves out the duration %j", (duration) => {
    expect(dtmf({ dtmf: { digit: "1", duration } })).not.toHaveProperty("durationMs");
  });

  it.each([
    {},
    { dtmf: { digit: "12" } },
    { digit: "E" },
    { digit: 10 },
    { digit: -1 },
    { digit: "" },
    { digit: ["1"] },
  ])("refuses %j and does not repeat it", (message) => {
    expect(dtmf(message)).toEqual({ type: "fault", code: "bad-dtmf", detail: "not one of 0-9 * # A-D" });
  });
});

describe("the other messages", () => {
  const parse = (message: unknown) => parsePbxMessage(JSON.stringify(message));

  it("knows hangup and stop as one", () => {
    const hangup = { event: "hangup", hangup: { callId: "c", reason: "normal\u0007" } };
    expect(parse(hangup)).toEqual({ type: "hangup", reason: "normal", raw: hangup });
    const stop = { event: "stop", stop: { reason: "done" } };
    expect(parse(stop)).toEqual({ type: "hangup", reason: "done", raw: stop });
    for (const bare of [
      { event: "stop" },
      { event: "hangup", hangup: null },
      { event: "hangup", hangup: { reason: 3 } },
    ])
      expect(parse(bare)).toEqual({ type: "hangup", raw: bare });
  });

  it("accepts connected with and without a protocol", () => {
    expect(parse({ event: "connected" })).toEqual({ type: "connected" });
    expect(parse({ event: "connected", connected: { protocol: "v1\n" } })).toEqual({
      type: "connected",
      protocol: "v1",
    });
  });

  it("names unknown events so that they can be shown", () => {
    expect(parse({ event: "mark" })).toEqual({ type: "unknown", event: "mark" });
    expect(parse({ event: "__proto__" })).toEqual({ type: "unknown", event: "__proto__" });
    expect(parse({ event: `\u001b]0;${"é".repeat(99)}` })).toEqual({
      type: "unknown",
      event: `]0;${"é".repeat(61)}`,
    });
  });

  it.each([
    {},
    { event: 1 },
    { event: "" },
    { event: null },
    [],
    null,
    1,
    "start",
    true,
    { __proto__x: { event: "media" } },
  ])("finds no event in %j", (message) => {
    expect(parse(message)).toEqual(fault("no-event"));
  });

  it("takes an event only from the message itself", () => {
    expect(parsePbxMessage('{"__proto__":{"event":"connected"}}')).toEqual(fault("no-event"));
  });

  it.each(["", "{", "\u0000", "nonsense", '{"event":"media"', '{"event":"media","media":{"payload":"'])(
    "calls %j malformed",
    (text) => {
      expect(parsePbxMessage(text)).toEqual(fault("malformed-json"));
    },
  );

  it("is nothing that is too deep to be parsed, or to be written again", () => {
    const deep = `${"[".repeat(100_000)}${"]".repeat(100_000)}`;
    expect(parsePbxMessage(deep)).toEqual(fault("malformed-json"));
    expect(parsePbxMessage("[".repeat(1000) + "]".repeat(1000))).toEqual(fault("no-event"));
    expect(parsePbxMessage(`{"event":"start","start":{"callId":"c","x":${deep}}}`)).toEqual(
      fault("malformed-json"),
    );
    expect(parsePbxMessage(`{"event":"media","x":${deep},"media":{"payload":"AAAA"}}`)).toEqual(
      fault("malformed-json"),
    );
  });
});

describe("what an endpoint sends", () => {
  it("is media with its ids, or without", () => {
    const message = parseEndpointMessage(
      '{"event":"media","callId":"c","accountId":7,"media":{"payload":"AAAA"}}',
    );
    expect(flat(message)).toEqual({ type: "media", payload: "AAAA", callId: "c", accountId: "7" });
    const bare = parseEndpointMessage('{"event":"media","callId":"","media":{"payload":"AAAA"}}');
    expect(flat(bare)).toEqual({ type: "media", payload: "AAAA" });
  });

  it("is otherwise unknown or at fault", () => {
    expect(parseEndpointMessage('{"event":"clear"}')).toEqual({ type: "unknown", event: "clear" });
    expect(parseEndpointMessage('{"event":"media","media":{"payload":"?"}}')).toEqual(fault("bad-payload"));
    expect(parseEndpointMessage('{"callId":"c"}')).toEqual(fault("no-event"));
    expect(parseEndpointMessage("[1]")).toEqual(fault("no-event"));
    expect(parseEndpointMessage("}")).toEqual(fault("malformed-json"));
  });
});

describe("any input at all", () => {
  const events = fc.constantFrom("connected", "start", "media", "dtmf", "hangup", "stop", "mark");
  const value = fc.oneof(
    fc.jsonValue(),
    fc.record({ payload: fc.jsonValue(), digit: fc.jsonValue(), callId: fc.jsonValue() }),
  );
  const message = events.chain((event) =>
    value.map((content) => JSON.stringify({ event, [event]: content })),
  );

  it("gives a message or a fault, never an exception", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: "binary", maxLength: 40 }), fc.json(), message), (text) => {
        expect(parsePbxMessage(text)).toHaveProperty("type");
        expect(parseEndpointMessage(text)).toHaveProperty("type");
      }),
      { numRuns: 500 },
    );
  });
});
