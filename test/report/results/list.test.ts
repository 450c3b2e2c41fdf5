import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { listReporter } from "../../../src/report/results/list.js";
import type { Style } from "../../../src/report/style.js";
import { textWidth } from "../../../src/report/text-width.js";
import { anyText } from "./any-text.js";
import { check, MIXED, place, result, run, tell } from "./runs.js";

async function listed(options: Parameters<typeof place>[0], whole = MIXED): Promise<string> {
  const there = place(options);
  await tell(listReporter(there), whole);
  return there.out.text;
}

const END = `
   asked for by recordings/20261122T131826.363Z-33213960-7595-47a9-87b0-f9ac2f97777d
   recorded in replays/20261122T140000.000Z-call 2
   look closer: npx smartpbx-bridge inspect 'replays/20261122T140000.000Z-call 2' --open
`;

describe("the list", () => {
  it("in 80 columns", async () => {
    expect(await listed({ columns: 80 })).toBe(`\
✓ conversation  4.1 s  first audio 640 ms (max 712 ms)
✗ 20261122T131826.363…a9-87b0-f9ac2f97777d  the agent spoke on for 1.24 s after
  the caller broke in  4.1 s
✓ hours, run 1  4.1 s  first audio 500 ms (max 702 ms)
✓ hours, run 2  4.1 s  first audio 501 ms (max 760 ms)
✓ hours, run 3  4.1 s  first audio 502 ms

1) 20261122T131826.363Z-33213960-7595-47a9-87b0-f9ac2f97777d
   ✗ step 2  stops within 600 ms
     the agent spoke on for 1.24 s after the caller broke in
     measured 1.2 s  limit 600 ms  at 1:03.4
   ✓ step 1  speaks within 2 s  712 ms
   ✗ sounds right
     nothing was heard${END}
First audio of hours, 3 runs
  reply 1  in 2 of 3  p50 702 ms  p95 760 ms  max 760 ms
  reply 2  p50 501 ms  p95 502 ms  max 502 ms

✗ 1 failed  ✓ 4 ok  7 checks  14.2 s
`);
  });

  it("in 40 columns", async () => {
    expect(await listed({ columns: 40 })).toBe(`\
✓ conversation  4.1 s
  first audio 640 ms (max 712 ms)
✗ 20261122T…ac2f97777d  the agent spoke
  on for 1.24 s after the caller broke
  in  4.1 s
✓ hours, run 1  4.1 s
  first audio 500 ms (max 702 ms)
✓ hours, run 2  4.1 s
  first audio 501 ms (max 760 ms)
✓ hours, run 3  4.1 s
  first audio 502 ms

1) 20261122T131826.363Z-33213960-7595-47a9-87b0-f9ac2f97777d
   ✗ step 2  stops within 600 ms
     the agent spoke on for 1.24 s after
     the caller broke in
     measured 1.2 s  limit 600 ms
     at 1:03.4
   ✓ step 1  speaks within 2 s  712 ms
   ✗ sounds right
     nothing was heard${END}
First audio of hours, 3 runs
  reply 1  in 2 of 3  p50 702 ms
    p95 760 ms  max 760 ms
  reply 2  p50 501 ms  p95 502 ms
    max 502 ms

✗ 1 failed  ✓ 4 ok  7 checks  14.2 s
`);
  });

  it("where nobody looks: a line each, the cause in it, whatever its length", async () => {
    const [, failed] = (await listed({})).split("\n");
    expect(failed).toBe(
      "✗ 20261122T131826.363Z-33213960-7595-47a9-87b0-f9ac2f97777d  the agent spoke on for 1.24 s after the caller broke in  4.1 s",
    );
  });

  it("when quiet leaves out what went well", async () => {
    const text = await listed({ columns: 80, quiet: true });
    expect(text).toMatch(/^✗ 2026/);
    expect(text).toMatch(/✗ 1 failed {2}✓ 4 ok {2}7 checks {2}14\.2 s\n$/);
  });

  it("says that nothing was checked", async () => {
    expect(await listed({ columns: 80 }, run([]))).toBe("\n✗ nothing was checked  0 checks  14.2 s\n");
  });

  it("colours by the style, and only that", async () => {
    const mark = (name: string) => (text: string) => `<${name}>${text}</${name}>`;
    const style = Object.fromEntries(
      ["bold", "dim", "accent", "good", "warn", "bad"].map((name) => [name, mark(name)]),
    ) as unknown as Style;
    const there = place({ columns: 80 });
    await tell(listReporter({ ...there, style }), MIXED);
    expect(there.out.lines[0]).toBe(
      "<good>✓ conversation</good>  <dim>4.1 s</dim>  <dim>first audio 640 ms (max 712 ms)</dim>",
    );
    expect(there.out.text.replace(/<\/?[a-z]+>/g, "")).toBe(await listed({ columns: 80 }));
  });

  it("shows any text in one line that a terminal can show, no wider than it is", () => {
    const lines = fc.array(fc.tuple(anyText, anyText, anyText, fc.boolean()), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(lines, fc.integer({ min: 20, max: 90 }), (texts, columns) => {
        const there = place({ columns });
        const reporter = listReporter(there);
        for (const [name, expectation, reason, ok] of texts)
          reporter.result?.(result({ name, checks: [check({ expect: expectation, reason, ok })] }));
        expect(there.out.text.replaceAll("\n", "")).not.toMatch(/[\p{Control}\p{Surrogate}\u202e\u2066]/u);
        // A word that is longer than the line stays whole.
        const tooWide = there.out.lines.filter((line) => textWidth(line) > columns);
        for (const line of tooWide) expect(line.trim().split(/ +/).length).toBeLessThanOrEqual(2);
      }),
    );
  });
});
