import { expect, test } from "vitest";
import { PORTAL_FORMATS } from "../../src/audio/format.js";
import { encodeUlaw } from "../../src/audio/g711.js";
import { Payload } from "../../src/audio/payload.js";
import { createPayloadCodec } from "../../src/audio/payload-codec.js";
import { sine } from "../../src/audio/signal.js";
import { Listener } from "../../src/call/listener.js";

test("gives a verdict on every 20 ms, the shorter last part included", () => {
  const listener = new Listener(createPayloadCodec(PORTAL_FORMATS.g711_ulaw, { agentRate: 8000 }));
  const bytes = new Uint8Array(400).fill(0xff);
  bytes.set(encodeUlaw(sine(440, -10, 20, 8000)), 160);
  const heard = listener.listen(Payload.fromBytes(bytes));
  expect(heard.ms).toBe(50);
  expect(heard.parts).toEqual([
    { offsetMs: 0, ms: 20, voiced: false },
    { offsetMs: 20, ms: 20, voiced: true },
    { offsetMs: 40, ms: 10, voiced: false },
  ]);
});
