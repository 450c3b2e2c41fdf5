import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, expect, it } from "vitest";
import { htmlDocument, htmlReporter } from "../../../src/report/results/html.js";
import { xmlText } from "../../../src/report/results/xml.js";
import { anyText } from "./any-text.js";
import { check, MIXED, place, result, run, tell } from "./runs.js";

const folder = mkdtempSync(join(tmpdir(), "smartpbx-html-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The tags of a page, without their attributes. */
const tags = (page: string) => [...page.matchAll(/<\/?[a-z0-9]+/g)].map(([tag]) => tag);

it("shows failures first and open, with all their checks, and how latencies are spread", () => {
  const page = htmlDocument(MIXED, () => []);
  expect(page).toContain("<title>1 failed · smartpbx-bridge simulate</title>");
  const [first, second] = [...page.matchAll(/<details[^>]*>/g)].map(([tag]) => tag);
  expect([first, second]).toEqual(['<details class="failed" open>', '<details class="ok">']);
  expect(page).toContain('<td data-name="measured">1.2 s</td><td data-name="limit">600 ms</td>');
  expect(page).toContain('<td data-name="at">1:03.4</td>');
  expect(page).toContain("inspect &#39;replays/20261122T140000.000Z-call 2&#39; --open</code>");
  expect(page).toContain("<td>1</td><td>2 of 3</td><td>702 ms</td><td>760 ms</td><td>760 ms</td>");
  expect(page.match(/<circle/g)?.length).toBe(5);
});

it("says when nothing was checked", () => {
  expect(htmlDocument(run([]), () => [])).toContain("✗ nothing was checked");
});

it("links to what can be opened, wherever the page lies", async () => {
  const recording = join(folder, "calls", "1 #?%");
  mkdirSync(recording, { recursive: true });
  for (const name of ["call.wav", "report.html", "call.json"]) writeFileSync(join(recording, name), "");
  const file = join(folder, "out", "run.html");
  mkdirSync(join(folder, "out"));
  const reporter = htmlReporter({ ...place(), cwd: folder, file });
  await tell(reporter, run([result({ recording: "calls/1 #?%" }), result({ replayOf: "calls/none" })]));
  const links = [...readFileSync(file, "utf8").matchAll(/<a href="([^"]*)">([^<]*)/g)];
  expect(links.map(([, href, text]) => [href, text])).toEqual([
    ["./../calls/1%20%23%3F%25/call.wav", "call.wav"],
    ["./../calls/1%20%23%3F%25/report.html", "report.html"],
    ["./../calls/1%20%23%3F%25", "calls/1 #?%"],
    ["./../calls/none", "calls/none"],
  ]);
});

it("asks for nothing from anywhere, and runs nothing", () => {
  const page = htmlDocument(MIXED, () => []);
  expect(page).toContain("default-src 'none'; style-src 'unsafe-inline'; img-src data:");
  expect(page).not.toMatch(/<script|https?:|url\(|@import| on[a-z]+=| src=/);
});

it("is the same page, whatever the texts are", () => {
  const page = (text: string) =>
    htmlDocument(
      run(
        [
          result({
            name: text,
            file: text,
            callId: text,
            recording: text,
            checks: [check({ ok: false, expect: text, reason: text, measured: text, limit: text })],
          }),
        ],
        { name: text, startedAt: text },
      ),
      () => [{ href: "./a", text }],
    );
  const usual = tags(page("usual"));
  fc.assert(
    fc.property(anyText, (text) => {
      expect(tags(page(text))).toEqual(usual);
      expect(page(text).replaceAll("\n", "")).not.toMatch(/[\p{Control}\p{Surrogate}\u202e]/u);
    }),
  );
});

it("escapes what has a meaning, and keeps lines", () => {
  expect(xmlText(`<a href="b">&'\r\n\t\u0000`)).toBe("&lt;a href=&quot;b&quot;&gt;&amp;&#39;&#13;\n\t\ufffd");
});
