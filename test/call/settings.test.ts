import { expect, test } from "vitest";
import { PORTAL_FORMATS } from "../../src/audio/format.js";
import { endOfSocket, refusedStart, wordsForPbx } from "../../src/call/settings.js";

test.each([
  [1000, "caller-hung-up", 1000],
  [1001, "caller-hung-up", 1000],
  [1005, "caller-hung-up", 1000],
  [1006, "caller-lost", 1000],
  [1009, "message-too-big", 1009],
  [4000, "caller-lost", 1000],
])("a socket closed with %i means %s", (code, reason, closeCode) => {
  expect(endOfSocket(code)).toEqual([reason, expect.any(String), closeCode]);
});

test("without a list every account may call, with one only those in it", () => {
  const format = PORTAL_FORMATS.g711_ulaw;
  const start = (accountId: string, ...accounts: string[]) =>
    refusedStart({ accounts: new Set(accounts) }, { accountId, format });
  expect(refusedStart({}, { accountId: "", format })).toBeUndefined();
  expect(start("acc-2", "acc-1", "acc-2")).toBeUndefined();
  for (const other of ["", "acc-3", "ACC-1", "acc-1 "])
    expect(start(other, "acc-1")?.slice(0, 3)).toEqual([
      "wrong-account",
      `the account "${other}" is not allowed`,
      1008,
    ]);
  expect(start(`\u001b${"x".repeat(1000)}`, "a")?.[1]).toBe(
    `the account "\\u001b${"x".repeat(63)}" is not allowed`,
  );
});

test("the PBX is not told what is nobody else's business", () => {
  expect(wordsForPbx("wrong-account", 1008, "the account is not allowed")).toBe("not allowed");
  expect(wordsForPbx("agent-failed", 1011, "the key is wrong")).toBe("the agent is not available");
  expect(wordsForPbx("no-start", 1008, "no start message came")).toBe("no start message came");
});
