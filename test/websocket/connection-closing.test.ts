/** How connections end: by a close from either end, by a fault, or cut. */
import { once } from "node:events";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { encodeFrame, FrameError, OPCODE } from "../../src/websocket/frames.js";
import { closePayload, frame } from "../hostile/frames.js";
import {
  bareClient,
  closeAll,
  gather,
  gone,
  hasRead,
  MAX_MESSAGE_BYTES,
  pairs,
  readAll,
  turn,
  wsClient,
} from "./pair.js";

afterEach(closeAll);

const { text, close, ping } = OPCODE;

describe.each(pairs)("%s end", (_, pair) => {
  it("closes with a code and a reason, and is answered", async () => {
    const [near, far] = await pair();
    const { closed } = gather(near);
    const farClosed = once(far, "close");
    near.close(4001, "that’s all");
    expect(near.isOpen).toBe(false);
    const [code, reason] = (await farClosed) as [number, Buffer];
    expect([code, reason.toString()]).toEqual([4001, "that’s all"]);
    expect(await closed).toEqual([4001, "that’s all", undefined]);
  });

  it("is closed with a code and a reason, and answers", async () => {
    const [near, far] = await pair();
    const { closed } = gather(near);
    const farClosed = once(far, "close");
    far.close(1001, "that’s all");
    expect(await closed).toEqual([1001, "that’s all", undefined]);
    expect(near.isOpen).toBe(false);
    const [code, reason] = (await farClosed) as [number, Buffer];
    expect([code, reason.toString()]).toEqual([1001, "that’s all"]);
  });

  it("is closed without a code", async () => {
    const [near, far] = await pair();
    const { closed } = gather(near);
    const farClosed = once(far, "close");
    far.close();
    expect(await closed).toEqual([1005, "", undefined]);
    expect((await farClosed)[0]).toBe(1005);
  });

  it("is closed by both ends at once", async () => {
    const [near, far] = await pair();
    const { closed } = gather(near);
    const farClosed = once(far, "close");
    near.close(4001, "ours");
    far.close(4002, "theirs");
    expect(await closed).toEqual([4002, "theirs", undefined]);
    expect((await farClosed)[0]).toBe(4001);
  });

  it("is cut by the far end", async () => {
    const [near, far] = await pair();
    const { closed } = gather(near);
    far.terminate();
    expect(await closed).toEqual([1006, "", undefined]);
    expect(near.isOpen).toBe(false);
  });

  it("cuts the connection, also before it was resumed", async () => {
    const [near, far] = await pair();
    const farClosed = once(far, "close");
    const closed = once(near, "close");
    near.terminate();
    near.terminate();
    expect(near.isOpen).toBe(false);
    expect(await closed).toEqual([1006, "", undefined]);
    expect((await farClosed)[0]).toBe(1006);
  });

  it("tells a fault by its close code, and what was wrong", async () => {
    const [near, far] = await pair();
    const { messages, closed } = gather(near);
    const farClosed = once(far, "close");
    far.send("before");
    far.send("x".repeat(MAX_MESSAGE_BYTES + 1));
    far.send("after");
    const [code, reason, error] = await closed;
    expect([code, reason]).toEqual([1006, ""]);
    expect(error).toBeInstanceOf(FrameError);
    expect(error?.closeCode).toBe(1009);
    expect((await farClosed)[0]).toBe(1009);
    expect(messages).toEqual(["before"]);
  });
});

it("a reset is a cut", async () => {
  const [near, far] = await bareClient();
  const { closed } = gather(near);
  far.resetAndDestroy();
  expect(await closed).toEqual([1006, "", undefined]);
});

it("an end without a close is a cut, and ended in turn", async () => {
  const [near, far] = await bareClient();
  const { closed } = gather(near);
  far.end();
  expect(await readAll(far)).toEqual(Buffer.alloc(0));
  expect(await closed).toEqual([1006, "", undefined]);
});

it.each<[string, Buffer, number]>([
  ...[0, 999, 1004, 1005, 1006, 1015, 2999, 5000, 65_535].map((code): [string, Buffer, number] => [
    `a close with the code ${code}`,
    frame(close, closePayload(code, "why")),
    1002,
  ]),
  ["a close of one byte", frame(close, Buffer.from([3])), 1002],
  ["a close whose reason is not UTF-8", frame(close, closePayload(1000, Buffer.from([0xff]))), 1007],
  ["a text that is not UTF-8", frame(text, Buffer.from([0xff])), 1007],
  ["a frame without a mask", frame(text, "x", { masked: false }), 1002],
  ["a compressed frame", frame(text, "x", { reserved: 4 }), 1002],
  ["a message without end", frame(text, "x", { claims: 2n ** 63n }), 1009],
])("%s is a fault, told by its code; what follows is not read", async (_, bytes, closeCode) => {
  const [near, far] = await bareClient();
  const { messages, closed } = gather(near);
  far.write(Buffer.concat([frame(text, "before"), bytes, frame(text, "after"), frame(ping)]));
  expect(await readAll(far)).toEqual(encodeFrame(close, closePayload(closeCode), false));
  const [code, reason, error] = await closed;
  expect([code, reason, error?.closeCode]).toEqual([1006, "", closeCode]);
  expect(messages).toEqual(["before"]);
});

it.each([1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 3999, 4000, 4999])(
  "a close with the code %s is answered with the same, after which the socket is ended",
  async (code) => {
    const [near, far] = await bareClient();
    const { messages, closed } = gather(near);
    far.write(Buffer.concat([frame(close, closePayload(code, "why")), frame(text, "after"), frame(ping)]));
    expect(await readAll(far)).toEqual(encodeFrame(close, closePayload(code, "why"), false));
    expect(await closed).toEqual([code, "why", undefined]);
    expect(messages).toEqual([]);
  },
);

it("nothing is sent after our close, which is sent once", async () => {
  const [near, far] = await bareClient();
  const { closed } = gather(near);
  near.close(1000, "");
  near.close(1011, "again");
  near.sendText("more");
  near.sendBytes(Buffer.from("more"));
  near.ping();
  // Asked after our close, and not answered.
  far.write(Buffer.concat([frame(ping, "there?"), frame(close, closePayload(1000))]));
  expect(await readAll(far)).toEqual(encodeFrame(close, closePayload(1000), false));
  expect(await closed).toEqual([1000, "", undefined]);
  near.sendText("more");
  near.close(1000, "");
  near.terminate();
  expect(near.isOpen).toBe(false);
});

it("what comes between our close and its answer is a message still", async () => {
  const [near, far] = await bareClient();
  const { messages, closed } = gather(near);
  near.close(1000, "");
  await once(far, "data");
  far.write(Buffer.concat([frame(text, "late"), frame(close, closePayload(1000))]));
  expect(await closed).toEqual([1000, "", undefined]);
  expect(messages).toEqual(["late"]);
});

it("a fault after our close is told to us, and not to the far end", async () => {
  const [near, far] = await bareClient();
  const { closed } = gather(near);
  near.close(1000, "");
  far.write(frame(3));
  expect(await readAll(far)).toEqual(encodeFrame(close, closePayload(1000), false));
  expect((await closed)[2]?.closeCode).toBe(1002);
});

it("closes although it was paused, and cuts off what still comes when told to", async () => {
  const [near, far] = await wsClient();
  const { messages, closed } = gather(near);
  near.pause();
  for (let k = 0; k < 10; k++) far.send("x");
  near.close(1000, "");
  expect(near.isPaused).toBe(false);
  near.once("message", () => near.terminate());
  expect(await closed).toEqual([1006, "", undefined]);
  expect(messages).toEqual(["x"]);
});

it("the last thing that is told is the close, once", async () => {
  const [near, far] = await bareClient();
  const told: string[] = [];
  for (const event of ["message", "ping", "pong", "close"] as const) near.on(event, () => told.push(event));
  near.resume();
  far.end(Buffer.concat([frame(text, "x"), frame(close), frame(text, "x"), frame(ping)]));
  await once(near, "close");
  near.terminate();
  near.resume();
  for (let k = 0; k < 5; k++) await turn();
  expect(told).toEqual(["message", "close"]);
});

describe("who does not do their part is cut off after two seconds:", () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  /** Expects the connection to live until two seconds are over. */
  async function cutOff(closed: Promise<unknown>): Promise<void> {
    let isClosed = false;
    closed.then(() => {
      isClosed = true;
    });
    vi.advanceTimersByTime(1999);
    for (let k = 0; k < 20; k++) await turn();
    expect(isClosed).toBe(false);
    vi.advanceTimersByTime(1);
    await closed;
    expect(vi.getTimerCount()).toBe(0);
  }

  it("by not answering our close", async () => {
    const [near, far] = await bareClient();
    const { closed } = gather(near);
    near.close(1000, "");
    await once(far, "data");
    far.write(frame(text, "not yet"));
    await once(near, "message");
    await cutOff(closed);
    expect(await closed).toEqual([1006, "", undefined]);
  });

  it("by closing and not ending", async () => {
    const [near, far] = await bareClient();
    far.allowHalfOpen = true;
    const { closed } = gather(near);
    far.write(frame(close, closePayload(1000)));
    await readAll(far);
    await cutOff(closed);
    expect(await closed).toEqual([1000, "", undefined]);
  });

  it("by going on after a fault", async () => {
    const [near, far] = await bareClient();
    far.allowHalfOpen = true;
    const { closed } = gather(near);
    far.write(frame(3));
    await readAll(far);
    far.write(frame(text, "still here"));
    await cutOff(closed);
    expect((await closed)[2]?.closeCode).toBe(1002);
  });

  it("by ending and not reading what we had to say", async () => {
    const [near, far, nearSocket] = await bareClient();
    far.pause();
    const { closed } = gather(near);
    while (near.bufferedAmount < 1_000_000) {
      near.sendBytes(Buffer.alloc(100_000));
      await turn();
    }
    far.end();
    await once(nearSocket, "end");
    await cutOff(closed);
    expect(await closed).toEqual([1006, "", undefined]);
  });

  it("nobody else, and no timer is left", async () => {
    const [near, far] = await wsClient();
    const { closed } = gather(near);
    near.close(1000, "");
    await Promise.all([closed, once(far, "close")]);
    expect(vi.getTimerCount()).toBe(0);
  });
});

it("what was paused and has gone meanwhile is told to have closed by whoever closes it", async () => {
  const [near, far, nearSocket] = await bareClient();
  const closed = once(near, "close");
  const sent = frame(1, "x");
  far.write(sent);
  await hasRead(nearSocket, sent.length);
  far.resetAndDestroy();
  await gone(nearSocket);
  near.close(1000, "");
  expect(await closed).toEqual([1006, "", undefined]);
});
