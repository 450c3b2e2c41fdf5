/** An agent that pours out numbered frames faster than they are heard, and counts the numbered frames it hears. */
import type { AddressInfo } from "node:net";
import { WebSocketServer } from "ws";
import { decodeUlaw, encodeUlaw } from "../../src/audio/g711.js";

/** 20 ms of μ-law that carries a number. */
export const numbered = (k: number) => Buffer.alloc(160, code(k));
/** No two neighbours alike, none silent, and each its own number when it comes back from PCM. */
const code = (k: number) => 0x10 + (k % 96);

/** What `heard` says of silence. */
export const SILENCE = 0xff - 0x10;

export interface PouringAgent {
  /** For `--agent`; it wants PCM, so that the bridge has to convert what the caller says. */
  readonly args: readonly string[];
  /** The number of each 20 ms that was heard, -1 for what no caller said. */
  readonly heard: readonly number[];
  close(): Promise<void>;
}

export async function pouringAgent(frames: number): Promise<PouringAgent> {
  const heard: number[] = [];
  let rest = Buffer.alloc(0);
  const server = new WebSocketServer({ port: 0, host: "127.0.0.1", perMessageDeflate: false });
  await new Promise((resolve) => server.once("listening", resolve));
  server.on("connection", (socket) => {
    socket.on("error", () => {});
    socket.on("message", (data, isBinary) => {
      if (!isBinary) return;
      rest = Buffer.concat([rest, data as Buffer]);
      for (; rest.length >= 320; rest = rest.subarray(320)) heard.push(numberIn(rest.subarray(0, 320)));
    });
    const all = Buffer.concat(Array.from({ length: frames }, (_, k) => decoded(numbered(k))));
    for (let at = 0; at < all.length; at += 32_000) socket.send(all.subarray(at, at + 32_000));
  });
  const { port } = server.address() as AddressInfo;
  return {
    args: [
      ...["--agent", `websocket:ws://127.0.0.1:${port}`],
      ...["--agent-option", "encoding=pcm16", "--agent-option", "rate=8000"],
    ],
    heard,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

function decoded(ulaw: Buffer): Buffer {
  const samples = decodeUlaw(ulaw);
  return Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength);
}

function numberIn(pcm: Buffer): number {
  const samples = Int16Array.from({ length: pcm.length / 2 }, (_, k) => pcm.readInt16LE(2 * k));
  const codes = encodeUlaw(samples);
  return codes.every((byte) => byte === codes[0]) ? codes[0] - 0x10 : -1;
}
