/** Connections that end, half end, or stand still, in every state that a call can be in. */
import { setTimeout as after } from "node:timers/promises";
import type { Case, Outcome } from "../case.js";
import { frame, MEDIA } from "../frames.js";
import type { Stage } from "../stage.js";
import { upgradeRequest, Wire } from "../wire.js";

/** How a connection can go without a good-bye. */
const ENDS: Readonly<Record<string, (wire: Wire) => void>> = {
  "resets the connection": (wire) => wire.reset(),
  "ends its side without a close frame": (wire) => void wire.socket.end(),
};

/** The states of a call, each with a connection brought into it. `begun` where there is a call to end. */
const STATES: readonly { when: string; begun?: true; bring(stage: Stage): Promise<Wire> }[] = [
  { when: "as soon as it is connected", bring: ({ url }) => Wire.open(url) },
  {
    when: "in the middle of its request",
    bring: (stage) => saying(stage, "GET /media-stream HTTP/1.1\r\nHos"),
  },
  { when: "before its upgrade is answered", bring: (stage) => saying(stage, upgradeRequest()) },
  { when: "as soon as it is upgraded", bring: ({ url }) => Wire.upgraded(url) },
  {
    when: "after `connected`",
    async bring({ url }) {
      const wire = await Wire.upgraded(url);
      wire.frame(1, '{"event":"connected"}');
      return wire;
    },
  },
  {
    when: "in the middle of its start message",
    async bring({ url }) {
      const wire = await Wire.upgraded(url);
      wire.write(frame(1, wire.start()).subarray(0, 60));
      return wire;
    },
  },
  {
    when: "while the agent is being connected",
    begun: true,
    async bring({ url, silentPort, server }) {
      const wire = await Wire.call(url, `websocket ${silentPort}`);
      await server.first("call-started", wire.callId);
      return wire;
    },
  },
  {
    when: "in the middle of a frame of sound",
    begun: true,
    async bring(stage) {
      const wire = await talking(stage);
      wire.write(frame(1, MEDIA).subarray(0, 100));
      return wire;
    },
  },
  { when: "in mid-conversation", begun: true, bring: talking },
  {
    when: "while the agent speaks",
    begun: true,
    async bring(stage) {
      const wire = await talking(stage);
      for (let k = 0; k < 100; k++) wire.frame(1, MEDIA);
      await wire.until(() => wire.answer.length > 1000);
      return wire;
    },
  },
];

async function saying({ url }: Stage, bytes: string): Promise<Wire> {
  const wire = await Wire.open(url);
  wire.write(bytes);
  return wire;
}

async function talking({ url }: Stage): Promise<Wire> {
  const wire = await Wire.call(url);
  wire.frame(1, MEDIA);
  await wire.heard();
  return wire;
}

const gone: Case[] = Object.entries(ENDS).flatMap(([does, end]) =>
  STATES.map(
    ({ when, begun, bring }): Case => ({
      peer: "PBX",
      does: `${does} ${when}`,
      outcome: begun ? { ended: "caller-lost" } : { also: "no call has begun" },
      async play(stage) {
        const wire = await bring(stage);
        end(wire);
        await wire.closed();
        if (begun) return { ended: (await stage.ended(wire.callId)).reason as Outcome["ended"] };
        if (stage.server.all("call-started").some(({ callId }) => callId === wire.callId))
          throw new Error("a call began");
        return {};
      },
    }),
  ),
);

export const resets: readonly Case[] = [
  ...gone,
  {
    peer: "PBX",
    does: "hangs up and resets the connection at once",
    outcome: { ended: "caller-hung-up" },
    async play(stage) {
      const wire = await talking(stage);
      wire.frame(1, '{"event":"hangup","hangup":{}}');
      await stage.ended(wire.callId);
      wire.reset();
      return { ended: (await stage.ended(wire.callId)).reason as Outcome["ended"] };
    },
  },
  {
    peer: "PBX",
    does: "never answers our close",
    outcome: { ended: "protocol-fault", also: "it is cut off after 2 s" },
    async play(stage) {
      const wire = await talking(stage);
      for (let k = 0; k < 60; k++) wire.frame(1, "nonsense");
      const { reason } = await stage.ended(wire.callId);
      const began = performance.now();
      await wire.closed();
      if (performance.now() - began > 10_000) throw new Error("it was kept");
      return { ended: reason as Outcome["ended"] };
    },
  },
  {
    peer: "PBX",
    does: "is there no more: it says nothing, and answers no ping (half-open)",
    outcome: { close: 1006, ended: "caller-lost", also: "it is cut off at the second ping" },
    async play(stage) {
      const wire = await talking(stage);
      wire.isDeaf = true;
      const { close } = await wire.closed();
      return { close, ended: (await stage.ended(wire.callId)).reason as Outcome["ended"] };
    },
  },
  {
    peer: "PBX",
    does: "speaks for four seconds, and answers no ping",
    outcome: { ended: "caller-hung-up", also: "who speaks is there" },
    async play(stage) {
      const wire = await talking(stage);
      wire.isDeaf = true;
      const speaking = setInterval(() => wire.frame(1, MEDIA), 20);
      await after(4000);
      clearInterval(speaking);
      wire.frame(1, '{"event":"hangup","hangup":{}}');
      return { ended: (await stage.ended(wire.callId)).reason as Outcome["ended"] };
    },
  },
];
