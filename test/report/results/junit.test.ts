import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { junitDocument, junitReporter } from "../../../src/report/results/junit.js";
import type { CheckResult } from "../../../src/report/results/result.js";
import { anyText } from "./any-text.js";
import { check, MIXED, result, run, tell } from "./runs.js";

const SCHEMA = fileURLToPath(new URL("../../fixtures/junit.xsd", import.meta.url));
const has = (program: string, flag: string) => spawnSync(program, [flag]).status === 0;
const folder = mkdtempSync(join(tmpdir(), "smartpbx-junit-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const number = fc.oneof(fc.integer(), fc.double(), fc.constant(null));
const anyResult: fc.Arbitrary<CheckResult> = fc.record(
  {
    name: anyText,
    file: anyText,
    startedAt: anyText,
    durationMs: fc.oneof(fc.nat(), fc.double({ noNaN: true, noDefaultInfinity: true, max: 1e9 })),
    ok: fc.boolean(),
    callId: anyText,
    repeat: fc.integer({ min: 1, max: 9 }),
    recording: anyText,
    firstAudioMs: fc.array(fc.oneof(fc.nat(), fc.constant(null)), { maxLength: 3 }),
    checks: fc.array(
      fc.record(
        {
          step: fc.nat(9),
          expect: anyText,
          ok: fc.boolean(),
          measured: fc.oneof(number, anyText),
          limit: fc.oneof(number, anyText),
          unit: fc.constantFrom("ms" as const, "%" as const, "dB" as const),
          reason: anyText,
          at: fc.nat(),
        },
        { requiredKeys: ["expect", "ok", "measured", "limit", "reason"] },
      ),
      { maxLength: 3 },
    ),
  },
  { requiredKeys: ["name", "durationMs", "ok", "checks"] },
);

it("has a suite for each recording or scenario, and a case for each check", () => {
  const text = junitDocument(
    run([
      result({
        name: "v1.2 barge-in",
        startedAt: "2026-11-22T14:00:00.500Z",
        durationMs: 3000,
        recording: "calls/1",
        callId: "call-1",
        firstAudioMs: [712, null],
        checks: [
          check({
            step: 2,
            expect: 'stops within "600 ms"',
            ok: false,
            measured: 1240,
            limit: 600,
            reason: "the agent spoke on <b>",
            at: 3400,
          }),
          check(),
        ],
      }),
      result({ name: "twice", repeat: 1 }),
      result({ name: "twice", repeat: 2 }),
    ]),
  );
  expect(text).toBe(`<?xml version="1.0" encoding="UTF-8"?>
<testsuites>
  <testsuite name="v1.2 barge-in" package="smartpbx-bridge.simulate" id="0" tests="2" failures="1" errors="0" skipped="0" time="3.000" timestamp="2026-11-22T14:00:00" hostname="localhost">
    <properties/>
    <testcase name="step 2 stops within &quot;600 ms&quot;" classname="smartpbx-bridge.simulate.v1_2 barge-in" time="1.500">
      <failure type="expectation-failed" message="the agent spoke on &lt;b&gt;">the agent spoke on &lt;b&gt;
step 2  stops within &quot;600 ms&quot;
measured 1.2 s  limit 600 ms  at 0:03.4
recorded in calls/1
look closer: npx smartpbx-bridge inspect calls/1 --open</failure>
    </testcase>
    <testcase name="speaks within 2 s" classname="smartpbx-bridge.simulate.v1_2 barge-in" time="1.500"/>
    <system-out>v1.2 barge-in  3.0 s  call call-1
  first audio  712 ms  none
  failed  step 2  stops within &quot;600 ms&quot;  measured 1.2 s  limit 600 ms
  ok      speaks within 2 s  measured 712 ms  limit 2.0 s
  recorded in calls/1
  look closer: npx smartpbx-bridge inspect calls/1 --open
</system-out>
    <system-err/>
  </testsuite>
  <testsuite name="twice" package="smartpbx-bridge.simulate" id="1" tests="2" failures="0" errors="0" skipped="0" time="8.240" timestamp="2026-11-22T12:59:00" hostname="localhost">
    <properties/>
    <testcase name="run 1: speaks within 2 s" classname="smartpbx-bridge.simulate.twice" time="4.120"/>
    <testcase name="run 2: speaks within 2 s" classname="smartpbx-bridge.simulate.twice" time="4.120"/>
    <system-out>twice, run 1  4.1 s
  ok      speaks within 2 s  measured 712 ms  limit 2.0 s

twice, run 2  4.1 s
  ok      speaks within 2 s  measured 712 ms  limit 2.0 s
</system-out>
    <system-err/>
  </testsuite>
</testsuites>
`);
});

it("never passes in silence, and never fails without saying what", () => {
  const failed = junitDocument(run([result({ ok: false, checks: [] })]));
  expect(failed).toContain('failures="1"');
  expect(failed).toContain('<failure type="failed" message="it failed, and no check says why">');
  const contradiction = junitDocument(run([result({ ok: false, checks: [check()] })]));
  expect(contradiction).toContain('tests="2" failures="1"');
});

it("names no two cases alike, also where XML cannot tell their characters apart", () => {
  const document = junitDocument(
    run([result({ checks: [check({ expect: "\u0001" }), check({ expect: "\u0002" })] })]),
  );
  const names = [...document.matchAll(/<testcase name="([^"]*)"/g)].map(([, name]) => name);
  expect(names).toHaveLength(2);
  expect(new Set(names).size).toBe(2);
});

it("is written to its file", async () => {
  const file = join(folder, "results.xml");
  await tell(junitReporter({ file }), MIXED);
  expect(readFileSync(file, "utf8")).toBe(junitDocument(MIXED));
});

describe.runIf(has("xmllint", "--version"))("by xmllint", () => {
  const validate = (text: string) => {
    const file = join(folder, "any.xml");
    writeFileSync(file, text);
    const { status, stderr } = spawnSync("xmllint", ["--noout", "--schema", SCHEMA, file], {
      encoding: "utf8",
    });
    return { status, stderr: status === 0 ? "" : stderr };
  };

  it("is JUnit XML valid by the schema, whatever the texts are", () => {
    const valid = { status: 0, stderr: "" };
    expect(validate(junitDocument(MIXED))).toEqual(valid);
    expect(validate(junitDocument(run([])))).toEqual(valid);
    expect(validate('<testsuites><testsuite name="a"/></testsuites>').status).not.toBe(0);
    // A process each: many results in one document instead of many documents.
    const results = fc.array(anyResult, { minLength: 40, maxLength: 60 });
    fc.assert(
      fc.property(results, anyText, anyText, (several, name, startedAt) => {
        expect(validate(junitDocument(run(several, { name, startedAt })))).toEqual(valid);
      }),
      { numRuns: 8, endOnFailure: true },
    );
  });
});

describe.runIf(has("python3", "--version"))("by Python's parser", () => {
  const READ = `
import json, sys, xml.etree.ElementTree as tree
root = tree.fromstring(sys.stdin.buffer.read())
print(json.dumps([[case.get("name"), case[0].get("message"), case[0].text.split("\\n")[0]] for case in root.iter("testcase")]))`;

  it("is read as it was meant, whatever the texts are", () => {
    const texts = fc.sample(anyText, 300);
    const checks = texts.map((reason, step) =>
      check({ ok: false, step, expect: reason, reason: `-${reason}-` }),
    );
    const document = junitDocument(run([result({ checks })]));
    const read = JSON.parse(execFileSync("python3", ["-c", READ], { input: document, encoding: "utf8" }));
    // Control characters, halves of characters and turning marks become the replacement character.
    const meant = texts.map((text, step) => {
      const shown = `-${text}-`.replace(
        /[\p{Control}\p{Surrogate}\u200e\u200f\u2028-\u202e\u2066-\u2069\ufffe\uffff]/gu,
        "\ufffd",
      );
      return [`step ${step} ${shown.slice(1, -1).trim() || "?"}`.replace(/\s+/g, " "), shown, shown];
    });
    expect(read).toEqual(meant);
  });
});
