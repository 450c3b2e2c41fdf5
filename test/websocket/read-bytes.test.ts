import { once } from "node:events";
import { createServer, type Socket } from "node:net";
import { Duplex } from "node:stream";
import { afterEach, describe, expect, it } from "vitest";
import { readBytes } from "../../src/websocket/read-bytes.js";
import { closeAll, connected, hasRead, listening, turn } from "./pair.js";

afterEach(closeAll);

/** A socket that a server has accepted, and the far end of it. */
async function accepted(): Promise<[near: Socket, far: Socket]> {
  const server = createServer({ pauseOnConnect: true });
  const port = await listening(server);
  const arrived = once(server, "connection");
  const far = await connected(port);
  const [near] = (await arrived) as [Socket];
  return [near, far];
}

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await turn();
}

describe("the bytes of an accepted socket", () => {
  it("come in order, and what came first is not written over", async () => {
    const [near, far] = await accepted();
    const chunks: Buffer[] = [];
    readBytes(near, (chunk) => chunks.push(chunk));
    near.resume();
    let sent = "";
    for (let k = 0; k < 50; k++) {
      const text = `${k} `.repeat(1 + k);
      sent += text;
      far.write(text);
      await hasRead(near, text.length);
    }
    expect(chunks.length).toBeGreaterThan(10);
    expect(Buffer.concat(chunks).toString()).toBe(sent);
  });

  it("come past the stream, on the Node that runs this", async () => {
    const [near, far] = await accepted();
    let read = 0;
    let streamed = 0;
    readBytes(near, (chunk) => (read += chunk.length));
    near.on("data", (chunk) => (streamed += chunk.length));
    near.resume();
    far.write("hello");
    await hasRead(near, 5);
    expect(read).toBe(5);
    expect(streamed).toBe(0);
  });

  it("come after what the stream holds already", async () => {
    const [near, far] = await accepted();
    near.unshift(Buffer.from("before "));
    const chunks: Buffer[] = [];
    readBytes(near, (chunk) => chunks.push(chunk));
    far.end("after");
    near.resume();
    await once(near, "end");
    expect(Buffer.concat(chunks).toString()).toBe("before after");
  });

  it("of megabytes are all there, and two sockets do not get each other's", async () => {
    const pairs = await Promise.all([accepted(), accepted()]);
    const all = await Promise.all(
      pairs.map(async ([near, far], index) => {
        const chunks: Buffer[] = [];
        readBytes(near, (chunk) => chunks.push(chunk));
        near.resume();
        far.end(Buffer.alloc(3_000_000, index + 1));
        await once(near, "end");
        return Buffer.concat(chunks);
      }),
    );
    expect(all.map((bytes) => [bytes.length, new Set(bytes)])).toEqual([
      [3_000_000, new Set([1])],
      [3_000_000, new Set([2])],
    ]);
  });

  it("wait in the network while it is paused", async () => {
    const [near, far] = await accepted();
    let read = 0;
    readBytes(near, (chunk) => {
      read += chunk.length;
      near.pause();
    });
    near.resume();
    far.write(Buffer.alloc(10_000_000));
    await until(() => read > 0);
    for (let k = 0; k < 20; k++) await turn();
    const { bytesRead } = near;
    expect(bytesRead).toBeLessThanOrEqual(64 * 1024);
    expect(read).toBe(bytesRead);
    near.resume();
    await until(() => read > bytesRead);
  });
});

it("streams that are no sockets are read as they are", async () => {
  const stream = new Duplex({ read() {}, write() {} });
  const chunks: Buffer[] = [];
  readBytes(stream, (chunk) => chunks.push(chunk));
  stream.push(Buffer.from("a"));
  stream.push(Buffer.from("b"));
  stream.push(null);
  await once(stream, "end");
  expect(Buffer.concat(chunks).toString()).toBe("ab");
});
