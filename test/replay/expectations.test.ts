/** What an expectations file may hold, what is said of what it may not, and how one is made from a good run. */
import { readFileSync } from "node:fs";
import { mkdir, readdir, readFile, stat, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { BridgeError } from "../../src/errors.js";
import {
  expectationsFrom,
  loadExpectations,
  parseExpectations,
  writeExpectations,
} from "../../src/replay/expectations.js";
import { measuredOf } from "../../src/replay/measured.js";
import { DEFAULT_TOLERANCES } from "../../src/replay/tolerances.js";
import { temporaryFolder } from "../recording/calls.js";
import { analysedCall } from "./synthetic-call.js";

const DOCS = new URL("../../docs/expectations.md", import.meta.url);

test("the example in the documentation is read", async () => {
  const text = /```yaml\n([\s\S]*?)```/.exec(readFileSync(DOCS, "utf8"))?.[1] as string;
  expect(await parseExpectations(text, "docs")).toEqual({
    tolerances: {
      laterMs: 400,
      greetingLaterMs: 1000,
      stopLaterMs: 300,
      talkOverMs: 200,
      endEarlierMs: 2000,
      levelDb: 2,
      lengthPart: 0.25,
      similarity: 0.9,
      transcripts: "same",
      ignored: ["agent-clipped"],
      silenceExpected: false,
    },
    accepted: {
      greetingMs: 412,
      utterances: [
        { reply: { latencyMs: 698, lengthMs: 2300, levelDbfs: -21.4 }, bargeIn: undefined },
        { reply: undefined, bargeIn: { stoppedAfterMs: 240 } },
      ],
      talkOverMs: 180,
      end: { by: "agent", afterMs: 3100 },
      tools: ["find_order"],
      problems: [],
    },
  });
});

test("what is not written is as usual", async () => {
  expect(await parseExpectations("version: 1", "x")).toEqual({ tolerances: DEFAULT_TOLERANCES });
  const { tolerances } = await parseExpectations(
    "version: 1\nsilence: expected\ntolerance: {similarity: off}",
    "x",
  );
  expect(tolerances).toEqual({ ...DEFAULT_TOLERANCES, silenceExpected: true });
});

describe("faults name the place, what is wrong and what to do", () => {
  test.each([
    ["version: 1\ntolerence: {}", 'x.yaml:2:1: "tolerence" is not known here | Did you mean tolerance?'],
    ["version: 1\ntolerance: {latr: 1s}", 'x.yaml:2:13: "latr" is not known here | Did you mean later?'],
    ["version: 1\ntolerance: {later: 300}", "x.yaml:2:20: later must be a time with a unit"],
    [
      "version: 1\ntolerance: {level: 3}",
      "level must be a number with its unit, dB, not 3 | Write for example 3dB",
    ],
    ["version: 1\ntolerance: {level: 3%}", 'not "3%" | Write for example 3dB'],
    ["version: 1\ntolerance: {length: 99999%}", "99999% is not between 0% and 10000%"],
    ["version: 1\ntolerance: {similarity: 2}", "a number cannot be used here | It takes off or a number"],
    ["version: 1\ntolerance: {transcripts: sam}", "Did you mean same?"],
    ["version: 2", "x.yaml:1:10: version must be a number from 1 to 1, not 2"],
    ["tolerance: {}", "version is missing"],
    ["version: 1\naccepted: {utterances: [{reply: nune}]}", "Did you mean none?"],
    ["version: 1\naccepted: {utterances: [{stops: 2s}]}", "x.yaml:2:25: reply is missing"],
    ["version: 1\nsilence: true", "silence must be expected, not true"],
    ["version: [", "See docs/expectations.md"],
  ])("%j", async (text, said) => {
    const error = await parseExpectations(text, "x.yaml").catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(BridgeError);
    const { code, message, fix } = error as BridgeError;
    expect(code).toBe("bad-expectations");
    expect(`${message} | ${fix}`).toContain(said);
  });
});

describe("--accept", () => {
  const good = analysedCall();

  test("a good run is kept as what it measured", async () => {
    const text = await expectationsFrom(good);
    expect(text).toContain("\naccepted:\n");
    const { accepted, tolerances } = await parseExpectations(text, "x");
    const { utterances, ...rest } = measuredOf(good);
    expect(accepted).toMatchObject(rest);
    expect(accepted?.utterances).toEqual(
      utterances.map(({ reply, bargeIn }) => ({
        reply: reply && { ...reply, levelDbfs: Math.round((reply.levelDbfs as number) * 10) / 10 },
        bargeIn,
      })),
    );
    expect(tolerances).toEqual(DEFAULT_TOLERANCES);
  });

  test("what people wrote stays, comments and all", async () => {
    const before =
      "# ours\nversion: 1\ntolerance:\n  later: 1s # the line is slow\naccepted: {utterances: []}\n";
    const text = await expectationsFrom(good, before);
    expect(text).toMatch(/^# ours\nversion: 1\ntolerance:\n {2}later: 1s # the line is slow\naccepted:\n/);
    const { accepted, tolerances } = await parseExpectations(text, "x");
    expect(tolerances.laterMs).toBe(1000);
    expect(accepted?.utterances).toHaveLength(3);
    expect(await expectationsFrom(good, text)).toBe(text);
  });

  test("a run in which nobody spoke is not accepted, unless silence is expected", async () => {
    const silent = analysedCall({ speaks: [] });
    await expect(expectationsFrom(silent)).rejects.toMatchObject({
      code: "bad-expectations",
      message: "There is nothing to accept: the agent neither greeted nor replied.",
    });
    expect(await expectationsFrom(silent, "version: 1\nsilence: expected\n")).toContain("reply: none");
  });

  test("the file is whole, for its owner only, and found beside the recording", async () => {
    const folder = await temporaryFolder();
    expect(await loadExpectations(folder)).toEqual({ tolerances: DEFAULT_TOLERANCES });
    const file = join(folder, "expect.yaml");
    await writeExpectations(file, good);
    await writeExpectations(file, good);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(await readdir(folder)).toEqual(["expect.yaml"]);
    expect(await readFile(file, "utf8")).toBe(await expectationsFrom(good));
    const loaded = await loadExpectations(folder);
    expect(loaded).toMatchObject({ file, accepted: { utterances: [{}, {}, {}] } });
    expect(await loadExpectations("/nowhere", file)).toEqual(loaded);
  });
});

test("a file that is not there, too large, or no file", async () => {
  const folder = await temporaryFolder();
  await expect(loadExpectations(folder, join(folder, "none.yaml"))).rejects.toMatchObject({
    code: "cannot-read",
  });
  await writeFile(join(folder, "large.yaml"), "#".repeat(1024 * 1024 + 1));
  await expect(loadExpectations(folder, join(folder, "large.yaml"))).rejects.toMatchObject({
    code: "bad-expectations",
  });
  await symlink("/etc/passwd", join(folder, "expect.yaml"));
  await expect(loadExpectations(folder)).rejects.toMatchObject({ code: "bad-expectations" });
  await mkdir(join(folder, "sub", "expect.yaml"), { recursive: true });
  await expect(writeExpectations(join(folder, "sub", "expect.yaml"), analysedCall())).rejects.toMatchObject({
    code: "bad-expectations",
  });
  await expect(writeExpectations(join(folder, "no", "expect.yaml"), analysedCall())).rejects.toMatchObject({
    code: "cannot-write",
  });
});
