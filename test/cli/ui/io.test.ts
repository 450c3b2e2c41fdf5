import { EventEmitter } from "node:events";
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
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
  return { stream, screen: screenOf(stream as unknown as typeof process.stdout) };
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
  expect(() => stream.emit("error", new Error("bad descriptor"))).toThrow("bad descriptor");
});

it("goes on without a disk that is full, tries again, and remembers what was lost", () => {
  const path = join(mkdtempSync(join(tmpdir(), "io-")), "log");
  const fd = openSync(path, "w");
  const { stream, screen } = setUp();
  Object.assign(stream, { fd });
  expect(screen.lost).toBeUndefined();
  stream.emit("error", Object.assign(new Error("ENOSPC: no space left"), { code: "ENOSPC" }));
  screen.write("a\n");
  screen.write("b\n");
  closeSync(fd);
  expect(() => screen.write("c\n")).not.toThrow();
  expect(readFileSync(path, "utf8")).toBe("\na\nb\n");
  expect([stream.text, screen.lost]).toEqual(["", "ENOSPC: no space left"]);
  rmSync(dirname(path), { recursive: true });
});
