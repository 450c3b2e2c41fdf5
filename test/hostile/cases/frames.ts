/** WebSocket frames against RFC 6455, in a call that runs: each ends its own call only. */
import { gzipSync } from "node:zlib";
import type { Case, Outcome } from "../case.js";
import { closePayload, type FrameOptions, frame, MEDIA } from "../frames.js";
import { Wire } from "../wire.js";

/** Says these bytes in a call that runs; the connection ends. */
function breaks(does: string, bytes: Uint8Array, outcome: Outcome): Case {
  return {
    peer: "PBX",
    does,
    outcome,
    async play({ url, ended }) {
      const wire = await Wire.call(url);
      wire.frame(1, MEDIA);
      await wire.heard();
      wire.write(bytes);
      const { close, reason } = await wire.closed();
      return { close, reason, ended: (await ended(wire.callId)).reason as Outcome["ended"] };
    },
  };
}

const broken = (
  does: string,
  opcode: number,
  payload: string | Uint8Array,
  options: FrameOptions,
  close = 1002,
) => breaks(does, frame(opcode, payload, options), { close, ended: "caller-lost" });
/** 100 MB of zeros in 100 KB. */
const bomb = gzipSync(Buffer.alloc(100_000_000), { level: 9 });

export const frames: readonly Case[] = [
  broken("sends a compressed message that nobody agreed to: 100 MB in 100 KB", 1, bomb, { reserved: 4 }),
  broken("sets reserved bits of a frame", 1, "x", { reserved: 3 }),
  broken("sends a frame of an unknown kind", 3, "x", {}),
  broken("sends a control frame of an unknown kind", 11, "x", {}),
  broken("sends a frame without a mask", 1, MEDIA, { masked: false }),
  broken("continues a message that never began", 0, "x", {}),
  broken("sends a ping of 126 bytes", 9, Buffer.alloc(126), {}),
  broken("sends a ping in pieces", 9, "x", { more: true }),
  broken("closes with half a code", 8, Buffer.from([3]), {}),
  broken("closes with the code 999", 8, closePayload(999), {}),
  broken("closes with the code 1005, which nobody may send", 8, closePayload(1005), {}),
  broken(
    "closes with a reason that is not UTF-8",
    8,
    closePayload(1000, Buffer.from([0xff, 0xfe])),
    {},
    1007,
  ),
  broken("sends a text that is not UTF-8", 1, Buffer.from([0x7b, 0xc3, 0x28, 0xed, 0xa0, 0x80]), {}, 1007),
  breaks("claims a message of 2⁶³ bytes", frame(1, "x", { claims: 2n ** 63n }), {
    close: 1009,
    ended: "message-too-big",
  }),
  breaks("claims a message of 300 KB and sends none of it", frame(1, "", { claims: 300_000n }), {
    close: 1009,
    ended: "message-too-big",
  }),
  breaks("sends bytes that are no frames", Buffer.alloc(1000, 0xff), { close: 1002, ended: "caller-lost" }),
  breaks(
    "sends a message in 300,000 pieces of a byte",
    Buffer.concat([frame(1, "{", { more: true }), ...new Array(300_000).fill(frame(0, " ", { more: true }))]),
    { close: 1009, ended: "message-too-big" },
  ),
  {
    peer: "PBX",
    does: "begins a message and never ends it, in empty pieces",
    outcome: { close: 1008, reason: "nothing came from the PBX any more", ended: "caller-silent" },
    async play({ url, ended }) {
      const wire = await Wire.call(url);
      wire.frame(1, MEDIA);
      await wire.heard();
      wire.frame(1, "{", { more: true });
      const more = setInterval(() => wire.frame(0, "", { more: true }), 10);
      const { close, reason } = await wire.closed().finally(() => clearInterval(more));
      return { close, reason, ended: (await ended(wire.callId)).reason as Outcome["ended"] };
    },
  },
  {
    peer: "PBX",
    does: "speaks byte by byte, each in a packet of its own",
    outcome: { ended: "caller-hung-up", warnings: [], also: "the call goes on" },
    async play({ url, ended, warnings }) {
      const wire = await Wire.upgraded(url);
      wire.socket.setNoDelay(true);
      for (const byte of Buffer.concat([frame(1, wire.start()), frame(1, MEDIA)])) {
        wire.write(Buffer.of(byte));
        await new Promise(setImmediate);
      }
      await wire.heard();
      wire.frame(8, closePayload(1000));
      const { reason } = await ended(wire.callId);
      return { ended: reason as Outcome["ended"], warnings: warnings(wire.callId) };
    },
  },
  {
    peer: "PBX",
    does: "closes with codes of its own: 3000, 4999",
    outcome: { ended: "caller-lost" },
    async play({ url, ended }) {
      let seen: unknown;
      for (const code of [3000, 4999]) {
        const wire = await Wire.call(url);
        wire.frame(1, MEDIA);
        await wire.heard();
        wire.frame(8, closePayload(code, "mine"));
        seen = (await ended(wire.callId)).reason;
        if (seen !== "caller-lost") break;
      }
      return { ended: seen as Outcome["ended"] };
    },
  },
];
