/** The report page of an hour's call: how long it takes to write, how large it is, and how it opens in a browser. */
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { chromium } from "playwright-core";
import { percentile } from "../dist/call/metrics.js";
import { recordLongCall } from "./long-call.js";
import { printTable } from "./table.js";

const run = promisify(execFile);
const CLI = fileURLToPath(new URL("../bin/smartpbx-bridge.js", import.meta.url));
const BROWSERS = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
const MINUTES = Number(process.env.BENCH_RECORDING_MINUTES ?? 60);
const RUNS = 3;
const OPEN_MS = 2000;
const HEAP_MB = 200;
const PAGE_MB = 40;

export async function report() {
  const executablePath = BROWSERS.find((path) => existsSync(path));
  if (!executablePath) {
    console.log("\nThe report page was not measured: there is no Chromium here.");
    return;
  }
  const directory = await mkdtemp(join(tmpdir(), "bench-report-"));
  try {
    const folder = await recordLongCall(directory, MINUTES);
    await addLineNoise(folder);
    const path = join(directory, "call.html");
    const startedAt = performance.now();
    await run(process.execPath, [CLI, "inspect", folder, "--html", path, "--quiet"]);
    const wroteMs = performance.now() - startedAt;
    const opened = [];
    for (let k = 0; k < RUNS; k++) opened.push(await open(executablePath, path));
    const median = (what) =>
      percentile(
        opened.map((one) => one[what]),
        50,
      );
    const pageMb = (await stat(path)).size / 1e6;
    const row = (name, value, digits, most) => ({
      cells: [name, value.toFixed(digits), most === undefined ? "" : `≤ ${most}`],
      ok: most === undefined || value <= most,
    });
    printTable(
      `The report page of a noisy call of ${MINUTES} minutes, opened ${RUNS} times in Chromium: medians`,
      ["", "measured", "target"],
      [
        row("to analyse the call and write the page, s", wroteMs / 1000, 1),
        row("the page, MB", pageMb, 1, PAGE_MB),
        row("from opening it to all of it ready, ms", median("readyMs"), 0, OPEN_MS),
        row("JavaScript heap after that, MB", median("heapMb"), 1, HEAP_MB),
        row("all of what the page holds in memory, MB", median("privateMb"), 0),
        row("to search all lines, ms", median("searchMs"), 0),
      ],
    );
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** Silence packs to nothing; a telephone line is never that silent. */
async function addLineNoise(folder) {
  for (const name of await readdir(folder)) {
    if (!name.endsWith(".bin")) continue;
    const bytes = await readFile(join(folder, name));
    let state = 1;
    for (let i = 0; i < bytes.length; i++) {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      const noise = state >>> 27;
      // The sign and the lowest codes where nobody speaks, the last bits elsewhere.
      bytes[i] = bytes[i] === 0xff ? 0xff - ((noise & 16) << 3) - (noise & 15) : bytes[i] ^ (noise & 3);
    }
    await writeFile(join(folder, name), bytes);
  }
}

async function open(executablePath, path) {
  const browser = await chromium.launch({ executablePath, chromiumSandbox: false, args: ["--disable-gpu"] });
  try {
    const page = await browser.newPage({ viewport: { width: 1200, height: 900 } });
    const startedAt = performance.now();
    await page.goto(pathToFileURL(path).href);
    await page.waitForSelector("html[data-ready]", { state: "attached" });
    const readyMs = performance.now() - startedAt;
    const session = await page.context().newCDPSession(page);
    await session.send("Performance.enable");
    const { metrics } = await session.send("Performance.getMetrics");
    const heapMb = metrics.find(({ name }) => name === "JSHeapUsedSize").value / 1e6;
    const privateMb = await rendererMb(browser);
    await page.check("input[value=audio]", { force: true });
    const searchedAt = performance.now();
    await page.fill("#search", "agent media");
    const searchMs = performance.now() - searchedAt;
    return { readyMs, heapMb, privateMb, searchMs };
  } finally {
    await browser.close();
  }
}

/** Of the process that draws the page, code and all. Linux only: elsewhere 0. */
async function rendererMb(browser) {
  const session = await browser.newBrowserCDPSession();
  const { processInfo } = await session.send("SystemInfo.getProcessInfo");
  const sizes = await Promise.all(
    processInfo
      .filter(({ type }) => type === "renderer")
      .map(async ({ id }) => {
        const status = await readFile(`/proc/${id}/status`, "utf8").catch(() => "");
        return Number(/RssAnon:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1000;
      }),
  );
  return Math.max(0, ...sizes);
}
