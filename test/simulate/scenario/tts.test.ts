/** Texts through a real program. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { commandOf, speak } from "../../../src/simulate/scenario/tts.js";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "smartpbx-tts-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A program that writes its text, and counts how often it was run. */
function program(source: string): string {
  const path = join(folder, "speaks it.cjs");
  writeFileSync(path, `const fs = require("fs"); const [, , out, text] = process.argv; ${source}`);
  return `"${process.execPath}" '${path}' {out} "{text}"`;
}

test("a text is spoken once; what it says is one argument, whatever it holds", async () => {
  const command = program('fs.writeFileSync(out, text); fs.appendFileSync(__filename + ".log", "x");');
  const cacheFolder = join(folder, "cache");
  const text = `-w {out} "; rm -rf / $(true) 'ä\n`;
  const files = [await speak(text, { command, cacheFolder }), await speak(text, { command, cacheFolder })];
  expect(files[0]).toBe(files[1]);
  expect(readFileSync(files[0], "utf8")).toBe(text);
  expect(readFileSync(join(folder, "speaks it.cjs.log"), "utf8")).toBe("x");
  expect(await speak("other", { command, cacheFolder })).not.toBe(files[0]);
  expect(readdirSync(cacheFolder).length).toBe(2);
});

test("a program that fails leaves nothing behind, and what it said is told", async () => {
  const command = program('fs.writeFileSync(out, "half"); console.error("no such voice"); process.exit(1);');
  const cacheFolder = join(folder, "cache");
  await expect(speak("x", { command, cacheFolder })).rejects.toMatchObject({
    code: "cannot-speak",
    message: expect.stringContaining("no such voice"),
  });
  expect(readdirSync(cacheFolder)).toEqual([]);
  await expect(speak("x", { command: program(""), cacheFolder })).rejects.toThrow("it wrote no file");
});

test("a program that is missing, a command without its places, a cache that cannot be", async () => {
  const missing = { command: "no-such-program {out} {text}", cacheFolder: folder };
  await expect(speak("x", missing)).rejects.toMatchObject({
    code: "cannot-speak",
    fix: expect.stringContaining("apt-get install espeak-ng"),
  });
  expect(() => commandOf("espeak-ng {text}")).toThrow("has no {out}");
  expect(() => commandOf("")).toThrow("has no {out}");
  const file = join(folder, "file");
  writeFileSync(file, "");
  await expect(speak("x", { cacheFolder: join(file, "cache") })).rejects.toMatchObject({
    code: "cannot-write",
  });
});

test("words of a command are held together by quotes", () => {
  expect(commandOf(`a "b c" d='e f' {out} {text}`)).toEqual(["a", "b c", "d=e f", "{out}", "{text}"]);
});
