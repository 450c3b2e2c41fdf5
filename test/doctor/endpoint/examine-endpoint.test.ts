import { describe, test } from "vitest";
import { down, encode as vendorEncode } from "../../../bench/vendor-codec.js";
import { encodeUlaw } from "../../../src/audio/g711.js";
import type { Examined } from "../../../src/doctor/endpoint/examination.js";
import { examined } from "./examined.js";
import { FAULTS, ulawOr, VENDOR } from "./faults.js";
import type { Wrong } from "./made-endpoint.js";

/** Each takes a second, and much more where the computer has other things to do. */
const LIMIT_MS = 150_000;

describe.concurrent("the right cause first", { timeout: LIMIT_MS }, () => {
  test.for([
    ...FAULTS,
    ...VENDOR.map(([what, ...rest]) => [`the vendor's example: ${what}`, ...rest] as const),
  ])("%s", async ([, wrong, code, seen], { expect }) => {
    const { findings, tookMs } = await examined(wrong);
    expect(findings.map((finding) => `${finding.code}: ${finding.seen}`).join("\n")).toMatch(
      new RegExp(`^${code}: `),
    );
    expect(findings[0]?.seen).toMatch(seen ?? /./);
    expect(tookMs).toBeLessThan(60_000);
  });

  test("all faults of the vendor's example together", async ({ expect }) => {
    const { findings } = await examined({
      code: ulawOr(vendorEncode),
      resample: (voice, rate) => (rate === 8000 ? down(voice) : voice),
      opus: "silent",
      opensAfterMs: 900,
      ignoresBargeIn: true,
      pace: Number.POSITIVE_INFINITY,
      shared: "last",
    });
    const codes = findings.map(({ code }) => code);
    expect(codes[0]).toBe("shared-session");
    // Calls have to be placed one after the other, so that not everything fits into the minute.
    expect(codes).toEqual(expect.arrayContaining(["agent-ulaw-encoder", "agent-too-fast"]));
  });
});

describe.concurrent("headers", { timeout: LIMIT_MS }, () => {
  const token = (wanted: (header: string | undefined) => boolean): Wrong => ({
    http: ({ headers }) => (wanted(headers["x-token"] as string | undefined) ? undefined : { status: 401 }),
  });

  test("those that are looked at are no finding", async ({ expect }) => {
    const { findings } = await examined(
      token((header) => header === "right"),
      { headers: { "X-Token": "right" } },
    );
    expect(findings).toEqual([]);
  });

  test("who gave none is told how", async ({ expect }) => {
    const { findings } = await examined(token((header) => header === "right"));
    expect(findings).toMatchObject([{ code: "headers-refused", fix: expect.stringContaining("--header") }]);
  });

  test("those that are looked at when the call has begun are no finding", async ({ expect }) => {
    const { findings } = await examined(
      { refusesAfterMs: 1500, refuses: ({ headers }) => headers["x-token"] !== "right" },
      { headers: { "X-Token": "right" } },
    );
    expect(findings).toEqual([]);
  });

  test.for([
    ["ignored", () => true],
    ["never compared", (header: string | undefined) => header !== undefined],
  ] as const)("%s: anyone may call", async ([, wanted], { expect }) => {
    const { findings } = await examined(token(wanted), { headers: { "X-Token": "right" } });
    expect(findings).toMatchObject([{ code: "headers-ignored", severity: "error" }]);
    expect(JSON.stringify(findings)).not.toContain('right"');
  });
});

describe.concurrent("healthy", { timeout: LIMIT_MS }, () => {
  test.for<[string, Wrong]>([
    ["talks when it is spoken to", {}],
    ["greets", { greets: true }],
    ["greets late", { greets: true, greetsAfterMs: 2200 }],
    ["says back what it hears", { echo: (heard) => heard }],
    ["greets when the caller begins to speak", { greets: true, greetsAfterMs: 640 }],
    ["greets into the first words", { greets: true, greetsAfterMs: 1560 }],
    ["has no room for a moment", { http: firstOnly({ status: 503 }) }],
    ["takes one call at a time, and a second to be free again", { busyMs: 1000 }],
    ["closes what it cannot speak with 1008", { opus: "refuse", opusCode: 1008 }],
    ["sends silence all the time", { filling: 0xff, code: ulawOr(encodeUlaw) }],
  ])("%s", async ([, wrong], { expect }) => {
    const formats: Partial<Examined> = wrong.filling === undefined ? {} : { formats: ["g711_ulaw" as const] };
    const { findings, checks, tookMs } = await examined(wrong, formats);
    expect(findings).toEqual([]);
    expect(checks.length).toBeGreaterThan(12);
    expect(tookMs).toBeLessThan(60_000);
  });
});

/** Refuses the first upgrade alone. */
function firstOnly(answer: { readonly status: number }): NonNullable<Wrong["http"]> {
  let count = 0;
  return () => (count++ === 0 ? answer : undefined);
}
