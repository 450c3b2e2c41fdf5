import { describe, expect, it } from "vitest";
import { readSettings } from "../../../src/cli/commands/doctor.js";
import { DoctorResults } from "../../../src/cli/commands/doctor-results.js";
import { DoctorScreen } from "../../../src/cli/ui/doctor-screen.js";
import { ManualClock } from "../../../src/clock.js";
import { type Checked, fine, type Problem, skipped } from "../../../src/doctor/checked.js";
import { BridgeError } from "../../../src/errors.js";
import { plain } from "../../../src/report/style.js";

const problem = (code: string, severity: Problem["severity"]): Problem => ({
  code,
  severity,
  seen: `${code} was seen.`,
  why: "It matters on a real call.",
  fix: "Change it.",
});
const WARNED: Checked = { ...fine("a", "aspect", "odd"), findings: [problem("odd-thing", "warning")] };
const FAILED: Checked = { ...fine("b", "basis", "broken"), findings: [problem("broken-thing", "error")] };
const GOOD = fine("c", "codecs", "all is well", {
  details: ["port  8080  (default)"],
  hint: "Good to know.",
});
const LEFT = skipped("d", "disk", "nothing is saved");
const ALL = [WARNED, GOOD, LEFT, FAILED];

function shownBy({
  quiet = false,
  columns = 80 as number | undefined,
  checks = ALL as readonly Checked[],
} = {}) {
  let text = "";
  const screen = new DoctorScreen({ write: (more: string) => (text += more), columns }, plain, { quiet });
  const results = new DoctorResults(new ManualClock());
  for (const checked of checks) {
    results.add(checked, 5);
    screen.checked(checked);
  }
  screen.end(results.totals);
  return { text, results };
}

describe("the screen of doctor", () => {
  it("has a line for each check, then the findings, the gravest first, and the totals", () => {
    expect(shownBy().text).toBe(
      [
        "! aspect              odd",
        "✓ codecs              all is well",
        "    port  8080  (default)",
        "    Good to know.",
        "- disk                nothing is saved",
        "✗ basis               broken",
        "",
        "1) ✗ basis  broken-thing was seen.",
        "   why  It matters on a real call.",
        "   fix  Change it.",
        "",
        "2) ! aspect  odd-thing was seen.",
        "   why  It matters on a real call.",
        "   fix  Change it.",
        "",
        "✗ 1 error  ! 1 warning  3 checks  1 left out  0 ms",
        "",
      ].join("\n"),
    );
  });

  it("says when nothing was found", () => {
    expect(shownBy({ checks: [GOOD] }).text).toMatch(/\n✓ nothing found {2}1 check {2}0 ms\n$/);
  });

  it("shows with --quiet only what is wrong", () => {
    expect(shownBy({ quiet: true }).text).not.toMatch(/codecs|disk/);
    expect(shownBy({ quiet: true }).text).toMatch(/^! aspect/);
  });

  it.each([20, 40, 59, 60, 80, 200])("fits in %d columns", (columns) => {
    const long = {
      ...WARNED,
      value: "many words of what was seen here and there",
      hint: "And a hint of some length.",
    };
    for (const line of shownBy({ columns, checks: [long, FAILED] }).text.split("\n"))
      expect(line.length, line).toBeLessThanOrEqual(columns);
  });
});

describe("the results of doctor", () => {
  it("count what was checked, and lead to an exit code", () => {
    const { results } = shownBy();
    expect(results.totals).toMatchObject({ checks: 3, ok: 1, failed: 2, skipped: 1 });
    expect(results.totals.findings.map(({ code }) => code)).toEqual(["broken-thing", "odd-thing"]);
    expect(results.exitCode).toBe(1);
    expect(shownBy({ checks: [GOOD, LEFT] }).results.exitCode).toBe(0);
  });

  it("go to reporters as one result a check, with its findings", () => {
    const { run } = shownBy().results;
    expect(run.results.map(({ name, ok }) => [name, ok])).toEqual([
      ["aspect", false],
      ["codecs", true],
      ["basis", false],
    ]);
    expect(run.results[2]?.checks).toMatchObject([
      { ok: false, reason: "broken-thing was seen. It matters on a real call. Change it." },
    ]);
  });

  it("say when nobody was reached", () => {
    const results = new DoctorResults(new ManualClock());
    results.unreachable(new BridgeError("endpoint-unreachable", "Nothing answers.", { fix: "Start it." }));
    expect(results.run.results).toMatchObject([
      { ok: false, checks: [{ reason: "Nothing answers. Start it." }] },
    ]);
  });
});

describe("the settings of doctor", () => {
  const given = (flags: object, env: Record<string, string> = {}) => ({ flags, env, file: undefined });

  it("hold the token that callers have to show", () => {
    const env = { SMARTPBX_TOKEN: "t" };
    expect(readSettings(given({ authHeader: "X-Api-Key" }, env), env).headers).toEqual({ "X-Api-Key": "t" });
  });

  it("want the token where it is asked for, and not for somebody else's endpoint", () => {
    expect(() => readSettings(given({ authHeader: "X-Api-Key" }), {})).toThrow(/SMARTPBX_TOKEN/);
    expect(readSettings(given({ authHeader: "X-Api-Key", examined: "ws://h/" }), {}).headers).toEqual({});
  });

  it("give nobody the config file's headers but the address they are meant for", () => {
    const file = {
      name: "smartpbx.config.js",
      values: { url: "wss://mine/ws", header: { "X-Api-Key": "t" } },
    };
    expect(readSettings({ flags: { examined: "wss://other/ws" }, env: {}, file }, {}).header).toEqual({});
  });
});
