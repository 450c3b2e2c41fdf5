/** The results as one page to look at: it needs no network and no script, and can be printed. */
import { readdir } from "node:fs/promises";
import { dirname, isAbsolute, join, relative, resolve, sep } from "node:path";
import { pathToFileURL } from "node:url";
import { count, spellMs } from "../numbers.js";
import {
  causeOf,
  firstAudioOf,
  inspectCommand,
  measuredAndLimit,
  momentOf,
  nameOf,
  shown,
  spellLatency,
} from "./check-words.js";
import { byName, type Distribution, distributions, latenciesOf } from "./distribution.js";
import { RUN_STYLE } from "./html-style.js";
import type { ResultsPlace } from "./open.js";
import { writeWhole } from "./output-file.js";
import type { Check, CheckResult, ResultReporter, RunResult } from "./result.js";
import { totalsOf } from "./totals.js";
import { xmlAttributes, xmlText } from "./xml.js";

export function htmlReporter({ file, cwd }: Pick<ResultsPlace, "file" | "cwd">): ResultReporter {
  return {
    async end(run) {
      const links = new Map<string, Link[]>();
      const folders = run.results.flatMap(({ recording, replayOf }) =>
        [recording ?? [], replayOf ?? []].flat(),
      );
      for (const folder of new Set(folders)) links.set(folder, await linksOf(folder, cwd, dirname(file)));
      const page = htmlDocument(run, (folder) => links.get(folder) ?? []);
      await writeWhole(file, page);
    },
  };
}

interface Link {
  readonly href: string;
  readonly text: string;
}

/** What can be opened of a saved call: its pages, its sound, the folder. */
async function linksOf(folder: string, cwd: string, from: string): Promise<Link[]> {
  const path = resolve(cwd, folder);
  const names = await readdir(path).catch(() => []);
  const opened = names.filter((name) => name.endsWith(".html") || name === "call.wav").sort();
  return [...opened, "."].map((name) => ({
    href: hrefOf(join(path, name), from),
    text: name === "." ? folder : name,
  }));
}

/** As the page would say it, so that page and recordings can be moved together. */
function hrefOf(path: string, from: string): string {
  const way = relative(from, path);
  if (isAbsolute(way)) return pathToFileURL(path).href;
  return `./${way
    .replace(/\p{Surrogate}/gu, "\ufffd")
    .split(sep)
    .map(encodeURIComponent)
    .join("/")}`;
}

/** Of the folder of a saved call. */
type LinksTo = (folder: string) => readonly Link[];

export function htmlDocument(run: RunResult, linksTo: LinksTo): string {
  const { ok, passed, failed, checks } = totalsOf(run);
  const name = xmlText(shown(run.name));
  const outcome =
    run.results.length === 0 ? "nothing was checked" : failed > 0 ? `${failed} failed` : "all ok";
  const facts = [
    `${passed} ok`,
    ...(failed > 0 ? [`${failed} failed`] : []),
    count(checks, "check"),
    spellMs(run.durationMs),
    `<time>${xmlText(shown(run.startedAt))}</time>`,
  ];
  const ordered = [...run.results].sort((a, b) => Number(a.ok) - Number(b.ok));
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
<link rel="icon" href="data:,">
<title>${outcome} · ${name}</title>
<style>${RUN_STYLE}</style>
</head>
<body>
<header class="${ok ? "ok" : "failed"}">
<h1>${name}</h1>
<p class="outcome">${ok ? "✓" : "✗"} ${outcome}</p>
<p>${facts.join(" · ")}</p>
</header>
<main>
<section>
${ordered.map((result) => resultHtml(result, linksTo)).join("\n")}
</section>
${distributions(run.results)
  .map((one) => distributionHtml(one, run.results))
  .join("\n")}
</main>
</body>
</html>
`;
}

/** A failure lies open; what went well can be opened. */
function resultHtml(result: CheckResult, linksTo: LinksTo): string {
  const { ok, checks, callId, file, recording, replayOf } = result;
  const audio = firstAudioOf(result);
  const facts = [spellMs(result.durationMs), ...(audio ? [`first audio ${audio.p50}`] : [])].join(" · ");
  const origin = [
    ...(file === undefined ? [] : [`asked for by ${xmlText(shown(file))}`]),
    ...(callId === undefined ? [] : [`call ${xmlText(shown(callId))}`]),
  ];
  const saved = (name: string, folder: string | undefined) => {
    const anchors = (folder === undefined ? [] : linksTo(folder)).map(
      ({ href, text }) => `<a ${xmlAttributes({ href })}>${xmlText(shown(text))}</a>`,
    );
    return anchors.length > 0 ? `<p>${name}: ${anchors.join(" · ")}</p>` : "";
  };
  const command = inspectCommand(result);
  return `<details class="${ok ? "ok" : "failed"}"${ok ? "" : " open"}>
<summary><b>${ok ? "✓" : "✗"} ${xmlText(nameOf(result))}</b> <span class="facts">${facts}</span>${ok ? "" : `<br><span class="cause">${xmlText(causeOf(result))}</span>`}</summary>
${checks.length > 0 ? checksHtml(checks) : ""}
${origin.length > 0 ? `<p class="facts">${origin.join(" · ")}</p>` : ""}
${saved("Recording", recording)}${saved("Played again from", replayOf)}
${command === undefined || ok ? "" : `<p>Look closer: <code>${xmlText(command)}</code></p>`}
</details>`;
}

function checksHtml(checks: readonly Check[]): string {
  const names = COLUMNS.map((name) => `<th>${name}</th>`).join("");
  return `<table class="checks">
<thead><tr><th></th>${names}</tr></thead>
<tbody>
${checks.map(checkHtml).join("\n")}
</tbody></table>`;
}

const COLUMNS = ["step", "expected", "measured", "limit", "at", "what went wrong"];

/** Each cell knows its column, for screens that have no room for columns. */
function checkHtml(check: Check): string {
  const [measured = "", limit = ""] = measuredAndLimit(check);
  const at = check.at === undefined ? "" : momentOf(check.at);
  const values = [check.step ?? "", shown(check.expect), measured, limit, at, shown(check.reason)];
  const cells = values.map(
    (value, k) => `<td ${xmlAttributes({ "data-name": COLUMNS[k] })}>${xmlText(String(value))}</td>`,
  );
  const [kind, mark] = check.ok ? ["ok", "✓"] : ["failed", "✗"];
  return `<tr class="${kind}"><td>${mark}</td>${cells.join("")}</tr>`;
}

function distributionHtml({ name, runs, replies }: Distribution, results: readonly CheckResult[]): string {
  const same = byName(results).get(name) ?? [];
  const longest = Math.max(1, ...replies.map(({ max }) => max ?? 0));
  const rows = replies.map(({ reply, came, p50, p95, max }, k) => {
    const cells = [reply, `${came} of ${runs}`, ...[p50, p95, max].map(spellLatency)];
    const dots = dotsHtml(latenciesOf(same, k), longest, `reply ${reply} in ${count(came, "run")}`);
    return `<tr>${cells.map((cell) => `<td>${cell}</td>`).join("")}<td>${dots}</td></tr>`;
  });
  return `<section>
<h2>First audio of ${xmlText(nameOf({ name }))}, ${count(runs, "run")}</h2>
<div class="wide"><table>
<thead><tr><th>reply</th><th>came</th><th>p50</th><th>p95</th><th>max</th><th>0 – ${spellMs(longest)}</th></tr></thead>
<tbody>
${rows.join("\n")}
</tbody></table></div>
</section>`;
}

/** A dot a run, from 0 to the largest latency. */
function dotsHtml(values: readonly number[], longest: number, label: string): string {
  const dots = values.map((ms) => `<circle cx="${(4 + (292 * ms) / longest).toFixed(1)}" cy="8" r="3.5"/>`);
  const axis = '<line x1="4" y1="8" x2="296" y2="8"/>';
  return `<svg viewBox="0 0 300 16" role="img" aria-label="${xmlText(label)}">${axis}${dots.join("")}</svg>`;
}
