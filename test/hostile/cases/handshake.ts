/** What knocks and is no phone, or is one in bad order: before any call has begun. */
import type { Case, Outcome } from "../case.js";
import { frame, MEDIA } from "../frames.js";
import { upgradeRequest, Wire } from "../wire.js";

/** Says these bytes to the server as its first; it is answered and cut off. */
function knocks(does: string, bytes: string | Buffer, answer: number, also?: string): Case {
  return {
    peer: "PBX",
    does,
    outcome: { answer, also: also ?? "the connection is closed" },
    async play({ url }) {
      const wire = await Wire.open(url);
      wire.write(bytes);
      await wire.closed();
      return { answer: wire.status };
    },
  };
}

const asks = (does: string, heads: readonly string[], answer: number) =>
  knocks(does, upgradeRequest(heads), answer);
const asksFor = (path: string, answer: number): Case =>
  knocks(
    `asks for a WebSocket at \`${path.length > 60 ? `${path.slice(0, 20)}…` : path}\``,
    upgradeRequest([], path),
    answer,
  );
const posts = (does: string, heads: string, body = "") =>
  knocks(does, `POST / HTTP/1.1\r\nHost: x\r\n${heads}\r\n\r\n${body}`, 400);

/** Sends a part of a request, then no more than a byte now and then. */
function slowly(
  does: string,
  first: string,
  everyMs: number | undefined,
  connections: number,
  answer = 408,
): Case {
  return {
    peer: "PBX",
    does,
    outcome: { answer, also: "each connection is closed within 20 s" },
    async play({ url }) {
      const answers = Array.from({ length: connections }, async () => {
        const wire = await Wire.open(url);
        wire.write(first);
        const more = everyMs && setInterval(() => wire.write("x"), everyMs);
        await wire.closed().finally(() => clearInterval(more || undefined));
        return wire.status;
      });
      // Who goes on sending when we have closed may lose our answer.
      const seen = new Set((await Promise.all(answers)).filter((status) => status !== undefined));
      return { answer: seen.size === 1 ? [...seen][0] : undefined };
    },
  };
}

/** Offers extensions and takes what it is given. */
function offers(does: string, heads: readonly string[]): Case {
  return {
    peer: "PBX",
    does,
    outcome: { answer: 101, also: "no extension is agreed" },
    async play({ url }) {
      const wire = await Wire.upgraded(url, heads);
      if (/sec-websocket-extensions/i.test(wire.answer.toString()))
        throw new Error("an extension was agreed");
      wire.reset();
      return { answer: wire.status };
    },
  };
}

export const handshake: readonly Case[] = [
  knocks("says hello", "hello\r\n\r\n", 400),
  knocks("speaks TLS to the plain port", Buffer.from("16030100c8010000c40303", "hex"), 400),
  knocks("speaks HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400),
  knocks("speaks WebSocket frames before any upgrade", frame(1, MEDIA), 400),
  knocks("sends a header of 17 KB", `GET / HTTP/1.1\r\nX: ${"x".repeat(17_000)}\r\n\r\n`, 431),
  knocks("sends 10,000 headers", `GET / HTTP/1.1\r\nHost: x\r\n${"a: b\r\n".repeat(10_000)}\r\n`, 431),
  knocks("asks with a NUL in the path", upgradeRequest([], "/media\0stream"), 400),
  asks("asks with a line break of its own in a header", ["Host: x\rX-Injected: 1"], 400),
  asks("asks with a key that is too short", ["Sec-WebSocket-Key: short"], 400),
  asks("asks without a key", ["Sec-WebSocket-Key"], 400),
  asks("asks for WebSocket version 99", ["Sec-WebSocket-Version: 99"], 400),
  asks("asks for another protocol than WebSocket", ["Upgrade: h2c"], 400),
  knocks("asks with POST", upgradeRequest().replace("GET", "POST"), 405),
  asksFor("/", 404),
  asksFor("/media-stream/", 404),
  asksFor("/media-stream/../media-stream", 404),
  asksFor("//media-stream", 404),
  asksFor("/media-stream%00", 404),
  asksFor("/%6dedia-stream", 404),
  asksFor("http://elsewhere/media-stream", 404),
  asksFor(`/${"x".repeat(9000)}`, 404),
  posts(
    "smuggles: a length and chunks",
    "Content-Length: 5\r\nTransfer-Encoding: chunked",
    "0\r\n\r\nGET /metrics HTTP/1.1\r\n\r\n",
  ),
  posts("smuggles: two lengths", "Content-Length: 5\r\nContent-Length: 6", "123456"),
  posts("smuggles: chunks that are not the last coding", "Transfer-Encoding: chunked, identity", "0\r\n\r\n"),
  posts("smuggles: a blank before the colon", "Content-Length : 5", "12345"),
  posts("smuggles: a length of −5", "Content-Length: -5", "12345"),
  knocks(
    "smuggles: a chunk of 2⁶⁴ bytes",
    "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\nx\r\n",
    200,
    "nothing behind it is read; the connection is closed",
  ),
  {
    peer: "PBX",
    does: "smuggles: another request behind its upgrade",
    outcome: { answer: 101, close: 1002, also: "what follows is read as frames, never as a request" },
    async play({ url }) {
      const wire = await Wire.open(url);
      wire.write(`${upgradeRequest()}GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n`);
      const { close } = await wire.closed();
      if (wire.answer.includes("smartpbx_bridge")) throw new Error("it was answered as a request");
      return { answer: wire.status, close };
    },
  },
  offers("offers compression", ["Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits"]),
  offers("offers compression in 200 ways", [
    `Sec-WebSocket-Extensions: ${new Array(200).fill("permessage-deflate").join(", ")}`,
  ]),
  offers("offers extensions that cannot be read", ['Sec-WebSocket-Extensions: ;;=,"']),
  offers("offers an unknown extension and a protocol", [
    "Sec-WebSocket-Extensions: x-bomb",
    "Sec-WebSocket-Protocol: mine",
  ]),
  slowly("begins a request and never ends it", "GET /media-stream HTTP/1.1\r\nHost: x\r\n", undefined, 1),
  slowly("connects and says nothing, a hundred times", "", undefined, 100),
  slowly(
    "sends its upgrade a byte every 100 ms, on a hundred connections (slow-loris)",
    "GET /media-stream HTTP/1.1\r\nX: ",
    100,
    100,
  ),
  slowly(
    "sends a body a byte every 100 ms, on twenty connections",
    "POST /x HTTP/1.1\r\nHost: x\r\nContent-Length: 99999\r\n\r\n",
    100,
    20,
    404,
  ),
  {
    peer: "PBX",
    does: "is upgraded and says nothing, a hundred times",
    outcome: { close: 1008, reason: "no start message came" },
    async play({ url }) {
      const all = Array.from({ length: 100 }, async () => (await Wire.upgraded(url)).closed());
      const seen = await Promise.all(all);
      return seen.find(({ close }) => close !== 1008) ?? (seen[0] as Outcome);
    },
  },
];
