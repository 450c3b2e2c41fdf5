import { expect, it } from "vitest";
import { PinnedLines } from "../../../src/cli/ui/pinned.js";

/** A terminal that understands just what is written here, and wraps like one. */
class Terminal {
  readonly isTTY = true;
  grid: string[] = [""];
  written = "";
  #row = 0;

  constructor(public columns: number) {}

  get text(): string[] {
    return this.grid.map((row) => row.trimEnd()).filter((row, k, all) => row !== "" || k < all.length - 1);
  }

  resize(columns: number): void {
    this.grid = this.grid.flatMap((row) =>
      row.length <= columns
        ? [row]
        : Array.from({ length: Math.ceil(row.length / columns) }, (_, k) =>
            row.slice(k * columns, (k + 1) * columns),
          ),
    );
    this.#row = this.grid.length - 1;
    this.columns = columns;
  }

  write(text: string): void {
    this.written += text;
    // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this is about.
    for (const [, ansi, count, letter, plain] of text.matchAll(/(\x1b\[\??(\d*)([A-Za-z]))|([^\x1b]+)/g)) {
      if (ansi === undefined) this.#print(plain as string);
      else if (letter === "A") this.#row = Math.max(0, this.#row - Number(count));
      else if (letter === "B") this.#row += Number(count);
      else if (letter === "J") this.grid = [...this.grid.slice(0, this.#row), ""];
    }
  }

  #print(text: string): void {
    for (const part of text.split(/(\n|\r)/)) {
      if (part === "\n") this.grid[++this.#row] ??= "";
      else if (part !== "\r" && part !== "") this.grid[this.#row] = part;
    }
  }
}

const lines = (...texts: string[]) => texts.map((text) => ({ text, plain: text }));

it("changes lines in place and writes only what changed", () => {
  const terminal = new Terminal(80);
  const pinned = new PinnedLines(terminal);
  pinned.show(lines("one", "two", "three"));
  terminal.written = "";
  pinned.show(lines("one", "2", "three"));
  expect(terminal.text).toEqual(["one", "2", "three"]);
  expect(terminal.written).not.toContain("three");
  terminal.written = "";
  pinned.show(lines("one", "2", "three"));
  expect(terminal.written).toBe("");
});

it("lets other text scroll by above, whole lines at a time", () => {
  const terminal = new Terminal(80);
  const pinned = new PinnedLines(terminal);
  pinned.show(lines("state"));
  pinned.write("event 1\nevent");
  pinned.show(lines("state 2"));
  pinned.write(" 2\n");
  expect(terminal.text).toEqual(["event 1", "event 2", "state 2"]);
});

it("grows, shrinks, and leaves the last state behind", () => {
  const terminal = new Terminal(80);
  const pinned = new PinnedLines(terminal);
  pinned.show(lines("a"));
  pinned.show(lines("a", "b", "c"));
  pinned.show(lines("a"));
  expect(terminal.text).toEqual(["a"]);
  pinned.leave();
  pinned.write("after\n");
  expect(terminal.text).toEqual(["a", "after"]);
  expect(terminal.written).toContain("\x1b[?25h");
});

it("finds its lines again when the terminal has become narrower", () => {
  const terminal = new Terminal(20);
  const pinned = new PinnedLines(terminal);
  pinned.write("before\n");
  pinned.show(lines("0123456789abcdef", "short"));
  terminal.resize(10);
  pinned.show(lines("012345", "short"));
  expect(terminal.text).toEqual(["before", "012345", "short"]);
});

it("goes away without a trace", () => {
  const terminal = new Terminal(80);
  const pinned = new PinnedLines(terminal);
  pinned.show(lines("a", "b"));
  pinned.hide();
  expect(terminal.text).toEqual([]);
});
