/** Every agent kind as the hostile side: before the conversation, in it, and at its end. */
import { gzipSync } from "node:zlib";
import * as fakes from "../../../src/testing.js";
import { FAR_ENDS, startFarEnd } from "../../agents/far-ends.js";
import { Phone, QUIET_FRAME } from "../../e2e/phone.js";
import type { Case, Outcome } from "../case.js";
import { closePayload, type FrameOptions, frame } from "../frames.js";
import type { Stage } from "../stage.js";
import { join, type Twist, TwistedLine } from "../twisted-line.js";

type Seen = Omit<Outcome, "also">;

/** Calls an agent of this kind through a line, and speaks until `play` is over. */
async function calling(
  stage: Stage,
  kind: string,
  twist: Twist | undefined,
  play: (phone: Phone, line: TwistedLine, heard: () => Promise<() => number>) => Promise<Partial<Seen>>,
): Promise<Seen> {
  const far = await startFarEnd(fakes, kind);
  const line = await TwistedLine.open(far.url, twist);
  const phone = await Phone.call(stage.url, { calleeIdNumber: `${kind} ${line.port}` });
  const speaking = setInterval(() => phone.media(QUIET_FRAME), 20);
  const heard = async () => {
    const connection = await far.next();
    await connection.until(() => connection.heardBytes > 0);
    return () => connection.heardBytes;
  };
  try {
    const seen = await play(phone, line, heard);
    const { reason } = await stage.ended(phone.callId);
    return { ended: reason as Outcome["ended"], ...seen };
  } finally {
    clearInterval(speaking);
    void phone.hangUp();
    await line.close();
    await far.close();
  }
}

const UNREACHABLE: Outcome = {
  close: 1011,
  reason: "the agent is not available",
  ended: "agent-unreachable",
};
const FAILED: Outcome = { close: 1011, reason: "the agent is not available", ended: "agent-failed" };

/** The conversation never begins. */
const NEVER_READY: readonly { does: string; twist: Twist; isOpened?: true }[] = [
  { does: "takes the connection and says nothing", twist: (near) => void near.resume() },
  { does: "resets the connection", twist: (near) => void near.resetAndDestroy() },
  { does: "refuses with HTTP 403", twist: answers("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n") },
  {
    does: "redirects to a file of this computer",
    twist: answers("HTTP/1.1 302 Found\r\nLocation: file:///etc/passwd\r\nContent-Length: 0\r\n\r\n"),
  },
  {
    does: "redirects to itself for ever",
    twist: answers("HTTP/1.1 307 Temporary Redirect\r\nLocation: /\r\nContent-Length: 0\r\n\r\n"),
  },
  {
    does: "answers with a web page without end",
    twist: endless("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n", "x".repeat(10_000)),
  },
  {
    does: "answers with headers without end",
    twist: endless("HTTP/1.1 200 OK\r\n", `X-A: ${"x".repeat(1000)}\r\n`),
  },
  { does: "answers what is no HTTP", twist: answers("SSH-2.0-OpenSSH_9.2\r\n") },
  { does: "speaks TLS on a plain port", twist: answers(Buffer.from("15030300020228", "hex")) },
  {
    does: "answers a byte every 50 ms",
    twist: dripping("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"),
  },
  {
    does: "accepts the WebSocket with the wrong key",
    twist: editing((text) => text.replace(/(Sec-WebSocket-Accept: ).*/i, "$1AAAA")),
  },
  {
    does: "accepts the WebSocket with compression that nobody offered",
    twist: editing((text) =>
      text.replace(/(Connection: Upgrade)/i, "$1\r\nSec-WebSocket-Extensions: permessage-deflate"),
    ),
  },
  {
    does: "accepts the WebSocket and resets it",
    twist: afterUpgrade((near) => void near.resetAndDestroy()),
    isOpened: true,
  },
];

/** In the conversation; the bridge ends the call. */
const BREAKS: readonly { does: string; bytes: Uint8Array; outcome?: Outcome }[] = [
  {
    does: "closes with 1000",
    bytes: server(8, closePayload(1000)),
    outcome: { close: 1000, ended: "agent-ended" },
  },
  { does: "closes with 1001", bytes: server(8, closePayload(1001)) },
  {
    does: "closes with 1008 and a reason in control characters",
    bytes: server(8, closePayload(1008, "\u001b[2J\u0000x")),
  },
  { does: "closes with 1011", bytes: server(8, closePayload(1011, "out of memory")) },
  { does: "closes with the code 999", bytes: server(8, closePayload(999)) },
  { does: "closes with 4999", bytes: server(8, closePayload(4999)) },
  { does: "sends a text that is not UTF-8", bytes: server(1, Buffer.from([0x7b, 0xc3, 0x28])) },
  { does: "claims a message of 17 MB", bytes: server(2, "x", { claims: 17n * 1024n * 1024n }) },
  { does: "claims a text of 5 MB", bytes: server(1, "x", { claims: 5n * 1024n * 1024n }) },
  { does: "claims a message of 2⁶³ bytes", bytes: server(2, "x", { claims: 2n ** 63n }) },
  {
    does: "sends a compressed message: 100 MB in 100 KB",
    bytes: server(1, gzipSync(Buffer.alloc(100_000_000)), { reserved: 4 }),
  },
  { does: "sends a masked frame", bytes: frame(1, "{}") },
  { does: "sends a frame of an unknown kind", bytes: server(5, "x") },
  { does: "pings ten thousand times at once", bytes: Buffer.concat(new Array(10_000).fill(server(9, "x"))) },
  { does: "sends bytes that are no frames", bytes: Buffer.alloc(500, 0xff) },
];

const deep = `${"[".repeat(100_000)}${"]".repeat(100_000)}`;
/** Every way in which the known kinds name an event, with nothing behind it that could be used. */
const NAMES = [
  "type",
  "event",
  "serverContent",
  "setupComplete",
  "media",
  "audio",
  "mime_type",
  "__proto__",
  "toolCall",
  "usageMetadata",
  "session",
  "error",
];
const VALUES = [
  7,
  null,
  [],
  {},
  "",
  "media",
  "audio",
  "__proto__",
  "toString",
  "\ud83d",
  [[]],
  { type: {} },
  { payload: {} },
  { modelTurn: { parts: [null] } },
];
const odd = NAMES.flatMap((name) =>
  VALUES.map((value) => JSON.stringify({ [name]: value, data: value, audio: value, delta: value })),
);

/** In the conversation; the call goes on. */
const BABBLES: readonly { does: string; frames: readonly Uint8Array[] }[] = [
  {
    does: "babbles: JSON of every wrong shape",
    frames: ["{", "[]", "null", "7", '""', "", "\u0000", ...odd].map((text) => server(1, text)),
  },
  {
    does: "sends 100,000 brackets, one in the other",
    frames: [server(1, deep), server(1, `{"type":${deep}}`)],
  },
  {
    does: "sends three megabytes of empty objects",
    frames: [server(1, `[${"{},".repeat(1_000_000)}{}]`)],
  },
  {
    does: "sends twenty thousand empty messages at once",
    frames: [Buffer.concat(new Array(20_000).fill(server(1, "")))],
  },
  {
    does: "begins a message and never ends it",
    frames: [server(1, "{", { more: true }), ...new Array(100).fill(server(0, " ", { more: true }))],
  },
];

function server(opcode: number, payload: string | Uint8Array, options: FrameOptions = {}): Buffer {
  return frame(opcode, payload, { ...options, masked: false });
}

function answers(bytes: string | Uint8Array): Twist {
  return (near) => void near.once("data", () => near.end(bytes));
}

function endless(head: string, more: string): Twist {
  return (near) => {
    near.once("data", () => near.write(head));
    const saying = setInterval(() => near.writableLength < 100_000 && near.write(more), 5);
    near.once("close", () => clearInterval(saying)).resume();
  };
}

function dripping(text: string): Twist {
  return (near) => {
    let at = 0;
    const saying = setInterval(() => near.write(text[at++ % text.length]!), 50);
    near.once("close", () => clearInterval(saying)).resume();
  };
}

/** The far end's answer to the upgrade comes changed. */
function editing(edit: (text: string) => string): Twist {
  return (near, far, edited) => join(near, far(), (text) => edit(edited(text)));
}

/** The far end's answer to the upgrade is the last of it. */
function afterUpgrade(then: (near: Parameters<Twist>[0]) => void): Twist {
  return (near, far, edited) => {
    const socket = far();
    join(near, socket, edited, () => {
      socket.removeAllListeners("data").resume();
      then(near);
    });
  };
}

function casesOf(kind: string): Case[] {
  const peer = `agent ${kind}` as const;
  const { hasHandshake } = FAR_ENDS[kind]!;
  const before = NEVER_READY.map(
    ({ does, twist, isOpened }): Case => ({
      peer,
      does,
      outcome: isOpened && !hasHandshake ? FAILED : UNREACHABLE,
      play: (stage) =>
        calling(stage, kind, twist, async (phone) => {
          const { code: close, reason } = await phone.closed;
          return { close, reason };
        }),
    }),
  );
  const breaks = BREAKS.map(
    ({ does, bytes, outcome }): Case => ({
      peer,
      does,
      outcome: outcome ?? FAILED,
      play: (stage) =>
        calling(stage, kind, undefined, async (phone, line, heard) => {
          await heard();
          line.takeOver().write(bytes);
          const { code: close, reason } = await phone.closed;
          return { close, reason };
        }),
    }),
  );
  const babbles = BABBLES.map(
    ({ does, frames }): Case => ({
      peer,
      does,
      outcome: { ended: "caller-hung-up", also: "the call goes on" },
      play: (stage) =>
        calling(stage, kind, undefined, async (phone, line, heard) => {
          const bytes = await heard();
          const near = line.takeOver();
          for (const one of frames) near.write(one);
          const before = bytes();
          while (bytes() < before + 5 * QUIET_FRAME.length)
            await new Promise((resolve) => setTimeout(resolve, 20));
          await phone.hangUp();
          return {};
        }),
    }),
  );
  return [
    ...before,
    ...breaks,
    ...babbles,
    {
      peer,
      does: "accepts the WebSocket and says nothing more",
      outcome: hasHandshake ? UNREACHABLE : { ended: "caller-hung-up", also: "the call goes on" },
      play: (stage) =>
        calling(
          stage,
          kind,
          afterUpgrade((near) => near.removeAllListeners("data").resume()),
          async (phone) => {
            const waiting = new Promise<undefined>((resolve) => setTimeout(() => resolve(undefined), 2500));
            const closed = await Promise.race([phone.closed, waiting]);
            if (closed) return { close: closed.code, reason: closed.reason };
            await phone.hangUp();
            return {};
          },
        ),
    },
    {
      peer,
      does: "dies in the middle of a sentence",
      outcome: FAILED,
      play: (stage) =>
        calling(stage, kind, undefined, async (phone, line, heard) => {
          await heard();
          const near = line.takeOver();
          near.write(server(1, '{"type":"audio","data":"AAAA'.padEnd(400, "A")).subarray(0, 200), () =>
            near.resetAndDestroy(),
          );
          const { code: close, reason } = await phone.closed;
          return { close, reason };
        }),
    },
    {
      peer,
      does: "ends the connection without a close frame",
      outcome: FAILED,
      play: (stage) =>
        calling(stage, kind, undefined, async (phone, line, heard) => {
          await heard();
          line.takeOver().end();
          const { code: close, reason } = await phone.closed;
          return { close, reason };
        }),
    },
    {
      peer,
      does: "never reads",
      outcome: {
        ended: "caller-hung-up",
        warnings: ["congested"],
        also: "the call goes on; the caller's newest sound is dropped",
      },
      play: (stage) =>
        calling(stage, kind, undefined, async (phone, line, heard) => {
          await heard();
          line.stopReading();
          const second = Buffer.alloc(8000, 0xff);
          const began = performance.now();
          while (!stage.warnings(phone.callId).includes("congested")) {
            if (performance.now() - began > 10_000) throw new Error("no end to what is held for it");
            for (let k = 0; k < 5; k++) phone.media(second);
            await new Promise((resolve) => setTimeout(resolve, 20));
          }
          await phone.hangUp();
          return { warnings: stage.warnings(phone.callId) };
        }),
    },
  ];
}

const websocketOnly: readonly Case[] = [
  {
    peer: "agent websocket",
    does: "says two minutes of sound at once",
    outcome: {
      ended: "caller-hung-up",
      warnings: ["agent-overflow"],
      also: "the call goes on; the newest sound is dropped, the rest is paced",
    },
    play: (stage) =>
      calling(stage, "websocket", undefined, async (phone, line, heard) => {
        await heard();
        const near = line.takeOver();
        for (let k = 0; k < 120; k++) near.write(server(2, Buffer.alloc(32_000, 1)));
        await stage.server.first("warning", phone.callId);
        if (phone.payloads.length > 200) throw new Error("it is not paced");
        await phone.hangUp();
        return { warnings: stage.warnings(phone.callId) };
      }),
  },
  {
    peer: "agent websocket",
    does: "takes the connection and says nothing, while the caller hangs up",
    outcome: { close: 1000, ended: "caller-hung-up", also: "it is let go at once" },
    play: (stage) =>
      calling(
        stage,
        "websocket",
        (near) => void near.resume(),
        async (phone) => {
          await stage.server.first("call-started", phone.callId);
          return { close: (await phone.hangUp()).code };
        },
      ),
  },
  {
    peer: "agent websocket",
    does: "is not there",
    outcome: UNREACHABLE,
    async play(stage) {
      const phone = await Phone.call(stage.url, { calleeIdNumber: "websocket 1" });
      const { code: close, reason } = await phone.closed;
      return { close, reason, ended: (await stage.ended(phone.callId)).reason as Outcome["ended"] };
    },
  },
];

export const agents: readonly Case[] = [...Object.keys(FAR_ENDS).flatMap(casesOf), ...websocketOnly];
