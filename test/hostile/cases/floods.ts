/** More than any peer may send, and peers that never read: one at a time, since each is meant to fill the server. */
import { Phone, QUIET_FRAME } from "../../e2e/phone.js";
import type { Case, Outcome } from "../case.js";
import { frame, MEDIA } from "../frames.js";
import type { Stage } from "../stage.js";
import { upgradeRequest, Wire } from "../wire.js";

const SECOND_MS = 1000;

/** Opens so many connections, spread over a second, and does something with each. */
async function eachSecond<T>(count: number, open: (index: number) => Promise<T>): Promise<T[]> {
  const opened: Promise<T>[] = [];
  const began = performance.now();
  while (opened.length < count) {
    const due = Math.min(count, Math.ceil(((performance.now() - began) / SECOND_MS) * count));
    while (opened.length < due) opened.push(open(opened.length));
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  return Promise.all(opened);
}

/** In a call that runs: pours these bytes for a second, and resets the connection unless we have closed it. */
function pours(does: string, bytes: Buffer, outcome: Outcome = SLOWED, reads = true): Case {
  return {
    peer: "PBX",
    does,
    alone: true,
    outcome,
    async play(stage) {
      const wire = await Wire.call(stage.url);
      wire.frame(1, MEDIA);
      await wire.heard();
      if (!reads) wire.socket.pause();
      await holdsLittle(stage, async () => {
        const until = performance.now() + SECOND_MS;
        while (performance.now() < until && !wire.socket.destroyed)
          await Promise.race([wire.pour(bytes, 20), pause(SECOND_MS)]);
      });
      if (!outcome.close) wire.reset();
      const { reason } = await stage.ended(wire.callId);
      if (!outcome.close) return { ended: reason as Outcome["ended"] };
      wire.socket.end();
      const { close, reason: words } = await wire.closed();
      return { close, reason: words, ended: reason as Outcome["ended"] };
    },
  };
}

/** @throws when this makes the server hold more than a call may. */
async function holdsLittle(stage: Stage, act: () => Promise<void>): Promise<void> {
  const before = await stage.held();
  await act();
  const grown = (await stage.held()).heldBytes - before.heldBytes;
  if (grown > MOST_HELD_BYTES) throw new Error(`${Math.round(grown / 1e6)} MB are held for one call`);
}

/** What one call may hold, whatever it is sent. */
const MOST_HELD_BYTES = 16_000_000;
const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
const pings = Buffer.concat(new Array(500).fill(frame(9, Buffer.alloc(125))));
const times = (count: number, text: string) => Buffer.concat(new Array(count).fill(frame(1, text)));
const CUT: Outcome = { ended: "caller-lost", also: "it is cut off, and no more than 16 MB are held for it" };
const SLOWED: Outcome = {
  ended: "caller-lost",
  also: "it is read no faster than 2,000 messages or 4 MB a second, and no more than 16 MB are held for it, until it resets the connection",
};
const emptyParts = Buffer.concat([
  frame(1, "{", { more: true }),
  ...new Array(5000).fill(frame(0, "", { more: true })),
]);
const TOO_BIG: Outcome = { close: 1009, ended: "message-too-big" };
const TOO_MANY: Outcome = { close: 1008, reason: "too many unusable messages", ended: "protocol-fault" };

async function allEnded(stage: Stage, wires: readonly Wire[]): Promise<void> {
  for (const { callId } of wires) await stage.ended(callId);
}

export const floods: readonly Case[] = [
  {
    peer: "PBX",
    does: "connects 500 times in a second and says nothing",
    alone: true,
    outcome: { also: "no call begins" },
    async play({ url }) {
      const wires = await eachSecond(500, () => Wire.open(url));
      for (const wire of wires) wire.reset();
      return {};
    },
  },
  {
    peer: "PBX",
    does: "is upgraded 500 times in a second and resets each",
    alone: true,
    outcome: { also: "no call begins" },
    async play({ url }) {
      await eachSecond(500, async () => (await Wire.upgraded(url)).reset());
      return {};
    },
  },
  {
    peer: "PBX",
    does: "begins 500 calls in a second and hangs up each at once",
    alone: true,
    outcome: { also: "each is begun and ended" },
    async play(stage) {
      const wires = await eachSecond(500, async () => {
        const wire = await Wire.call(stage.url);
        wire.frame(1, '{"event":"hangup","hangup":{}}');
        return wire;
      });
      await allEnded(stage, wires);
      for (const wire of wires) wire.reset();
      return {};
    },
  },
  {
    peer: "PBX",
    does: "asks for another path 500 times in a second",
    alone: true,
    outcome: { answer: 404 },
    async play({ url }) {
      const answers = await eachSecond(500, async () => {
        const wire = await Wire.open(url);
        wire.write(upgradeRequest([], "/admin"));
        await wire.closed();
        return wire.status;
      });
      return { answer: new Set(answers).size === 1 ? answers[0] : undefined };
    },
  },
  {
    peer: "PBX",
    does: "sends a minute of audio at once",
    alone: true,
    outcome: {
      ended: "caller-hung-up",
      warnings: ["agent-overflow"],
      also: "the echo is paced; what finds no room is dropped",
    },
    async play(stage) {
      const phone = await Phone.call(stage.url);
      for (let k = 0; k < 3000; k++) phone.media(QUIET_FRAME);
      await stage.server.first("warning", phone.callId);
      if (phone.payloads.length > 200) throw new Error("it is not paced");
      await phone.hangUp();
      const { reason } = await stage.ended(phone.callId);
      return { ended: reason as Outcome["ended"], warnings: stage.warnings(phone.callId) };
    },
  },
  pours("speaks as fast as the network takes it, for a second", times(500, MEDIA)),
  pours("invents events as fast as the network takes it, for a second", times(500, '{"event":"mark"}')),
  pours("sends the empty parts of a message as fast as the network takes it", emptyParts, TOO_BIG),
  pours("sends empty messages as fast as the network takes it", times(5000, ""), TOO_MANY),
  pours(
    "sends messages of 250 KB as fast as the network takes it",
    frame(1, `{"event":"mark","x":"${"x".repeat(250_000)}"}`),
  ),
  pours(
    "sends lists of 80,000 lists as fast as the network takes it",
    frame(1, `{"event":"mark","x":[[]${",[]".repeat(80_000)}]}`),
  ),
  pours("pings as fast as the network takes it, for a second", pings, CUT),
  pours("pings as fast as it can and never reads an answer", pings, CUT, false),
  pours("speaks as fast as it can and never reads", times(500, MEDIA), SLOWED, false),
  {
    peer: "PBX",
    does: "presses 10,000 keys at once",
    alone: true,
    outcome: { ...TOO_MANY, warnings: ["bad-dtmf"], also: "fifty are passed on" },
    async play(stage) {
      const phone = await Phone.call(stage.url);
      for (let k = 0; k < 10_000; k++) phone.say('{"event":"dtmf","dtmf":{"digit":"1"}}');
      const { code: close, reason } = await phone.closed;
      const { reason: ended } = await stage.ended(phone.callId);
      const passedOn = stage.server.all("dtmf").filter(({ callId }) => callId === phone.callId).length;
      if (passedOn < 50 || passedOn > 100) throw new Error(`${passedOn} were passed on`);
      return { close, reason, ended: ended as Outcome["ended"], warnings: stage.warnings(phone.callId) };
    },
  },
  {
    peer: "PBX",
    does: "presses 10,000 keys while the agent is being connected",
    alone: true,
    outcome: TOO_MANY,
    async play(stage) {
      const phone = await Phone.call(stage.url, { calleeIdNumber: `websocket ${stage.silentPort}` });
      for (let k = 0; k < 10_000; k++) phone.say('{"event":"dtmf","dtmf":{"digit":"1"}}');
      const { code: close, reason } = await phone.closed;
      const { reason: ended } = await stage.ended(phone.callId);
      return { close, reason, ended: ended as Outcome["ended"] };
    },
  },
];
