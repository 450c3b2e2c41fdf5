/** Calls over a real socket, to endpoints that are good, bad and dead. */
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { PORTAL_FORMATS } from "../../src/audio/format.js";
import { Payload } from "../../src/audio/payload.js";
import { pcmBytes } from "../../src/audio/pcm.js";
import { bestLag, sine, sweep } from "../../src/audio/signal.js";
import { readWav } from "../../src/audio/wav.js";
import type { CallEvent } from "../../src/call/events.js";
import { type CallOptions, placeCall } from "../../src/simulate/place-call.js";
import type { Source } from "../../src/simulate/source.js";
import { Track } from "../../src/simulate/track.js";
import { Endpoint, echo, type Script } from "./endpoint.js";

const chirp: Source = { name: "chirp", samplesAt: (rate) => sweep(300, 3000, -9, 200, rate) };
let folder: string;
let track: Track;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "place-call-"));
  track = await Track.encode(chirp, PORTAL_FORMATS.g711_ulaw);
});
afterAll(() => rm(folder, { recursive: true }));

const endpoints: Endpoint[] = [];
afterEach(async () => {
  await Promise.all(endpoints.splice(0).map((endpoint) => endpoint.close()));
});

async function listen(script: Script): Promise<Endpoint> {
  const endpoint = await Endpoint.listen(script);
  endpoints.push(endpoint);
  return endpoint;
}

async function call(endpoint: Endpoint, options: Partial<CallOptions> = {}) {
  const events: CallEvent[] = [];
  const observers = [(event: CallEvent) => void events.push(event)];
  const result = await placeCall({
    script: track,
    hangUpAfterMs: 500,
    ...options,
    url: endpoint.url,
    observers,
  });
  return { result, events };
}

/** Listens to ten frames and says them all back at once, so that no busy computer can tear the answer apart. */
function parrot(): Script {
  const kept: Payload[] = [];
  return {
    audio: (line, payload) => {
      kept.push(payload);
      if (kept.length === 10) for (const said of kept) line.speak(said);
    },
  };
}

test.each([
  ["g711_ulaw", "raw", 8000, 0.999],
  ["pcm16", "raw", 24000, 0.99999],
  ["opus", "raw", 48000, 0.8],
  ["opus", "ogg", 48000, 0.8],
  ["opus", "webm", 48000, 0.8],
] as const)(
  "%s %s: the answer is heard, and what was heard is in the file",
  async (encoding, framing, rate, likeness) => {
    const endpoint = await listen(parrot());
    const out = join(folder, `${encoding}-${framing}.wav`);
    const spoken = await Track.encode(chirp, PORTAL_FORMATS[encoding], framing);
    const { result, events } = await call(endpoint, { script: spoken, out, hangUpAfterMs: 700 });
    expect(result).toMatchObject({ ok: true, reason: "hung-up", closeCode: 1000, complaints: {} });
    expect(endpoint.log).toEqual(["start", "media", "hangup"]);
    expect(endpoint.calls[0]).toMatchObject({ callId: result.callId, format: PORTAL_FORMATS[encoding] });
    expect(result.summary).toMatchObject({ framesIn: 35, framesOut: 10, droppedMs: 0 });

    const heard = readWav(await readFile(out));
    expect(heard.sampleRate).toBe(rate);
    const begin = heard.samples.findIndex((sample) => Math.abs(sample) > 300);
    expect(begin).toBeGreaterThan(0.18 * rate);
    const { correlation } = bestLag(chirp.samplesAt(rate), heard.samples.subarray(begin), rate / 50);
    expect(correlation).toBeGreaterThan(likeness);
    expect(events.at(-1)).toMatchObject({ type: "call-ended", reason: "caller-hung-up" });
  },
);

test("pcm16: the file holds bit by bit what the endpoint sent, at the time at which it came", async () => {
  const samples = sine(1234, -3, 200, 24000);
  const endpoint = await listen({ started: (line) => line.speak(Payload.fromBytes(pcmBytes(samples))) });
  const out = join(folder, "exact.wav");
  const silent = await Track.encode(
    { name: "silence", samplesAt: () => new Int16Array(480) },
    PORTAL_FORMATS.pcm16,
  );
  const { events } = await call(endpoint, { script: silent, out });
  const arrived = events.find((event) => event.type === "agent-audio");
  const first = Math.round(((arrived as { heardAt: number }).heardAt * 24000) / 1000);
  const heard = readWav(await readFile(out)).samples;
  expect(heard.length).toBe(first + samples.length);
  expect(heard.subarray(0, first).every((sample) => sample === 0)).toBe(true);
  expect(heard.subarray(first)).toEqual(samples);
});

test("what observers see is what went over the wire", async () => {
  const endpoint = await listen(echo);
  const { events } = await call(endpoint);
  const sent = events.flatMap((event) => (event.type === "caller-audio" ? [event.payload.bytes] : []));
  expect(Buffer.concat(endpoint.payloads).equals(Buffer.concat(sent))).toBe(true);
  const times = events.map(({ at }) => at);
  expect(times).toEqual([...times].sort((a, b) => a - b));
});

test("numbers, account and profile are the call's", async () => {
  const endpoint = await listen({});
  const given = { caller: "1", callee: "2", accountId: "3", profile: "readme", hangUpAfterMs: 50 } as const;
  await call(endpoint, given);
  expect(endpoint.calls[0]).toMatchObject({ caller: "1", callee: "2", accountId: "3" });
  expect(endpoint.calls[0].otherLegCallId).toBeUndefined();
  expect(endpoint.log).toEqual(["start", "media"]);
});

test("a dropped call ends without a close frame", async () => {
  const endpoint = await listen({});
  const { result } = await call(endpoint, { hangUpAfterMs: undefined, dropAfterMs: 100 });
  expect(result).toMatchObject({ ok: true, reason: "dropped", closeCode: 1006 });
  await expect.poll(() => endpoint.closeCodes).toEqual([1006]);
  expect(endpoint.log).toEqual(["start", "media"]);
});

test("an endpoint that sends no ids is heard as silence, with the reason", async () => {
  const endpoint = await listen({
    audio: ({ socket }, payload) =>
      socket.send(JSON.stringify({ event: "media", media: { payload: payload.base64 } })),
  });
  const { result, events } = await call(endpoint);
  expect(result).toMatchObject({ ok: false, reason: "no-agent-audio" });
  expect(result.complaints["missing-ids"]).toBeGreaterThan(0);
  expect(events.filter(({ type }) => type === "warning").length).toBe(1);
});

test("an endpoint that never speaks fails the call", async () => {
  const { result } = await call(await listen({}));
  expect(result).toMatchObject({ ok: false, reason: "no-agent-audio" });
});

test("an endpoint that floods costs a minute of audio and no more", async () => {
  const second = Payload.fromBytes(new Uint8Array(8000).fill(0xff));
  const endpoint = await listen({
    started: (line) => {
      for (let i = 0; i < 300; i++) line.speak(second);
    },
  });
  const { result } = await call(endpoint, { hangUpAfterMs: 1000 });
  expect(result.complaints.flood).toBeGreaterThan(100);
  expect(result.summary.droppedMs).toBeGreaterThan(100_000);
});

test("an endpoint that breaks the rules of WebSocket or JSON is survived", async () => {
  const huge = await call(await listen({ started: ({ socket }) => socket.send("x".repeat(2 << 20)) }));
  expect(huge.result).toMatchObject({ ok: false, reason: "agent-failed" });
  expect(huge.result.detail).toContain("1 MiB");

  const junk = await listen({
    started: ({ socket }) => {
      socket.send("{");
      socket.send(Buffer.from([1, 2, 3]));
      socket.send('{"event":"error"}');
    },
    ...echo,
  });
  const { result } = await call(junk);
  expect(result.ok).toBe(true);
  expect(result.complaints).toEqual({ "malformed-json": 1, "binary-frame": 1, "not-media": 1 });
});

test("an endpoint that hangs up: in good order, with an error, and without a word", async () => {
  const endings: [(socket: import("ws").WebSocket) => void, object][] = [
    [(socket) => socket.close(1000, "done"), { ok: true, reason: "agent-ended", closeCode: 1000 }],
    [(socket) => socket.close(1011, "broken"), { ok: false, reason: "agent-failed", closeCode: 1011 }],
    [(socket) => socket.terminate(), { ok: false, reason: "agent-failed", closeCode: 1006 }],
  ];
  for (const [end, expected] of endings) {
    let frames = 0;
    const endpoint = await listen({
      audio: (line, payload) => {
        line.speak(payload);
        if (++frames === 10) end(line.socket);
      },
    });
    expect((await call(endpoint, { hangUpAfterMs: 5000 })).result).toMatchObject(expected);
  }
});

test("the signal hangs up in good order and keeps what was measured", async () => {
  const stop = new AbortController();
  let frames = 0;
  const endpoint = await listen({
    audio: (line, payload) => {
      line.speak(payload);
      if (++frames === 5) stop.abort();
    },
  });
  const { result } = await call(endpoint, { hangUpAfterMs: undefined, signal: stop.signal });
  expect(result).toMatchObject({ ok: false, reason: "interrupted", closeCode: 1000 });
  expect(result.summary.framesIn).toBeGreaterThanOrEqual(5);
  expect(endpoint.log.at(-1)).toBe("hangup");
});

test("a file that cannot be written is known before the caller speaks", async () => {
  const endpoint = await listen(echo);
  await expect(call(endpoint, { out: join(folder, "none", "out.wav") })).rejects.toMatchObject({
    code: "cannot-write",
  });
  expect(endpoint.log).toEqual([]);
});
