import { EventEmitter } from "node:events";
import { expect, it } from "vitest";
import { screenOf } from "../../../src/cli/ui/io.js";

class FakeStream extends EventEmitter {
  text = "";
  isTTY = undefined;
  columns = 80;

  write(text: string) {
    this.text += text;
  }
}

function setUp() {
  const stream = new FakeStream();
  return { stream, screen: screenOf(stream as unknown as NodeJS.WriteStream) };
}

it("writes, and knows what it writes to", () => {
  const { stream, screen } = setUp();
  screen.write("a");
  stream.columns = 40;
  expect([stream.text, screen.isTTY, screen.columns]).toEqual(["a", false, 40]);
});

it("drops what nobody reads any more", () => {
  const { stream, screen } = setUp();
  stream.emit("error", Object.assign(new Error("write EPIPE"), { code: "EPIPE" }));
  screen.write("a");
  expect(stream.text).toBe("");
});

it("does not hide other errors", () => {
  const { stream } = setUp();
  expect(() => stream.emit("error", new Error("disk full"))).toThrow("disk full");
});
