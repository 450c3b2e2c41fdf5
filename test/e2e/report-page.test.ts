/** The report of one call in a real browser, by mouse, by keyboard, in the dark, on paper, on a phone, and from a hostile recording. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { BrowserContext, Page } from "playwright-core";
import { beforeAll, describe, expect, it } from "vitest";
import { recordExample } from "../report/example-call.js";
import { Bridge, folder } from "./bridge.js";
import { browse, CHROMIUM, soundOf } from "./chromium.js";

const HOSTILE = `</script><script>window.hacked=1</script><img src=x onerror="window.hacked=2">\u202e\u0007`;

let context: BrowserContext;
let page: Page;
const requests: string[] = [];
const complaints: string[] = [];

async function reportOf(...args: Parameters<typeof recordExample>): Promise<string> {
  const path = join(folder(), "call.html");
  const inspect = new Bridge(["inspect", await recordExample(...args), "--html", path, "--quiet"]);
  expect(await inspect.exit, inspect.output).toBe(0);
  return path;
}

async function open(path: string): Promise<Page> {
  const opened = await context.newPage();
  opened.on("request", (request) => requests.push(request.url()));
  opened.on("console", (message) => {
    if (message.type() === "error") complaints.push(message.text());
  });
  opened.on("pageerror", (error) => complaints.push(String(error)));
  await opened.goto(pathToFileURL(path).href);
  await opened.waitForSelector("html[data-ready]", { state: "attached" });
  return opened;
}

/** The stretch that is in sight, in ms. */
async function stretch(): Promise<[number, number]> {
  const text = await page.locator("#timeline-area").getAttribute("data-stretch");
  const [from, to] = String(text).split("-").map(Number);
  return [from, to];
}

const cursor = async () => Number(await page.locator("#timeline-area").getAttribute("aria-valuenow"));
const picture = () => page.evaluate("document.getElementById('lanes').toDataURL()");
const sideways = () =>
  page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth");

describe.runIf(CHROMIUM)("the report page", { timeout: 60_000 }, () => {
  let path: string;
  beforeAll(async () => {
    context = await browse({ context: { viewport: { width: 1200, height: 900 }, colorScheme: "light" } });
    path = await reportOf(folder(), {}, { showPersonal: false });
    page = await open(path);
  }, 60_000);

  it("tells what the call was, and masks what is personal", async () => {
    expect(await page.title()).toBe("Call call-1");
    expect(await page.locator("#turns tbody tr").count()).toBe(2);
    expect(await page.locator("#turns .latency .bad").first().textContent()).toMatch(/^slow 2\.\d s$/);
    expect(await page.locator("#barge-ins tbody tr").textContent()).toContain("2.2 s960 ms");
    expect(await page.locator("#findings li").count()).toBeGreaterThan(0);
    expect(await page.locator("#tools tbody tr").textContent()).toContain("answered after 100 ms");
    const text = `${await page.textContent("header")} ${await page.textContent("main")}`;
    expect(text).not.toContain("hours");
    expect(text).not.toContain("+94771234512");
  });

  it("zooms, pans and seeks with the mouse", async () => {
    const { x, y, width } = (await page.locator("#timeline-area").boundingBox())!;
    await page.mouse.move(x + width / 2, y + 60);
    await page.mouse.wheel(0, -400);
    await expect.poll(stretch).not.toEqual([0, 11_000]);
    const [from, to] = await stretch();
    expect(to - from).toBeCloseTo(5500, -2);
    expect((from + to) / 2).toBeCloseTo(5500, -2);
    await page.mouse.down();
    await page.mouse.move(x + width / 4, y + 60, { steps: 4 });
    await page.mouse.up();
    const [dragged] = await stretch();
    expect(dragged).toBeCloseTo(from + 5500 / 4, -2);
    await page.mouse.click(x + width / 2, y + 60);
    expect(Math.abs((await cursor()) - (dragged + 2750))).toBeLessThan(20);
    await page.click("#zoom-fit");
    expect(await stretch()).toEqual([0, 11_000]);
  });

  it("is used by keyboard alone", async () => {
    await page.focus("#timeline-area");
    await page.keyboard.press("Home");
    await page.keyboard.press("ArrowRight");
    expect(await cursor()).toBe(220);
    await page.keyboard.press("+");
    await page.keyboard.press("+");
    const [from, to] = await stretch();
    expect(to - from).toBe(2750);
    await page.keyboard.press("Shift+ArrowRight");
    expect((await stretch())[0]).toBeGreaterThan(from);
    await page.keyboard.press("0");
    expect(await stretch()).toEqual([0, 11_000]);
    const outline = await page.evaluate("getComputedStyle(document.activeElement).outlineStyle");
    expect(outline).toBe("solid");
    for (const name of [
      "Play",
      "Spectrogram",
      "Zoom in",
      "Position in the call",
      "Search messages and events",
    ])
      expect(
        await page.getByLabel(name).or(page.getByRole("button", { name })).count(),
        name,
      ).toBeGreaterThan(0);
  });

  it("goes to where a problem is", async () => {
    await page.locator("#findings button").first().focus();
    await page.keyboard.press("Enter");
    const at = await cursor();
    expect(at).toBeGreaterThan(0);
    const [from, to] = await stretch();
    expect(from <= at && at <= to).toBe(true);
    await page.click("#zoom-fit");
  });

  it("searches and filters all lines, and shows the chosen one", async () => {
    const count = () => page.locator("#event-count").textContent();
    const all = await count();
    await page.locator("#groups input[value=audio]").check({ force: true });
    expect(await count()).not.toBe(all);
    // Hundreds of lines, and only those in sight are there.
    expect(await page.locator("#event-rows .row").count()).toBeLessThan(60);
    await page.locator("#groups input[value=audio]").uncheck({ force: true });
    await page.fill("#search", "barge-in");
    expect(await count()).toMatch(/^1 of /);
    await page.locator("#event-rows .row").click();
    expect(await cursor()).toBe(5140);
    expect(await page.locator("#event-detail").textContent()).toContain('"droppedMs": 960');
    await page.fill("#search", "");
    await page.focus("#event-rows");
    await page.keyboard.press("ArrowDown");
    expect(await cursor()).toBe(5500);
    expect(await page.locator(".row[aria-selected=true]").textContent()).toContain("mark");
  });

  it("plays from where the cursor stands, and the list follows", async () => {
    await page.check("input[value=agent]", { force: true });
    // Where the agent begins to speak.
    await page.locator("#turns tbody tr button").nth(1).click();
    await page.focus("#timeline-area");
    await page.keyboard.press("Space");
    await expect.poll(cursor, { timeout: 10_000 }).toBeGreaterThan(4000);
    await page.keyboard.press("Space");
    const { heard } = await soundOf(page);
    expect(heard.some((sample) => Math.abs(sample) > 3000)).toBe(true);
    const stopped = await cursor();
    expect(await page.textContent("#play")).toBe("Play");
    expect(stopped).toBeLessThan(LENGTH_MS);
    expect(await page.locator(".row[aria-selected=true]").count()).toBe(1);
  });

  it("shows a spectrogram when asked", async () => {
    const before = await picture();
    await page.click("#spectrogram");
    await expect.poll(() => page.textContent("#spectrogram-note")).toContain("Up to 4 kHz");
    await expect.poll(picture).not.toBe(before);
    await page.click("#spectrogram");
    await expect.poll(picture).toBe(before);
  });

  it("follows the system into the dark, and prints dark on light", async () => {
    const ground = () => page.evaluate("getComputedStyle(document.body).backgroundColor");
    const light = await ground();
    const inLight = await picture();
    await page.emulateMedia({ colorScheme: "dark" });
    expect(await ground()).not.toBe(light);
    await expect.poll(picture).not.toBe(inLight);
    await page.emulateMedia({ media: "print" });
    await expect.poll(() => page.isVisible("#play")).toBe(false);
    await expect.poll(() => page.isVisible(".on-paper")).toBe(true);
    const card = () => page.evaluate("getComputedStyle(document.documentElement).getPropertyValue('--card')");
    await expect.poll(card).toBe("#fff");
    const pdf = await page.pdf({ format: "A4" });
    expect(pdf.subarray(0, 5).toString()).toBe("%PDF-");
    await page.emulateMedia({ media: "screen", colorScheme: "light" });
    await expect.poll(picture).toBe(inLight);
  });

  it("fits a phone", async () => {
    await page.setViewportSize({ width: 390, height: 844 });
    // What is drawn follows the window one frame later.
    await expect.poll(sideways).toBe(0);
    await page.setViewportSize({ width: 1200, height: 900 });
  });

  it("runs nothing that a hostile recording says", async () => {
    const hostile = { callId: HOSTILE, text: HOSTILE, tool: HOSTILE };
    const path = await reportOf(folder(), hostile, { showPersonal: true, agent: HOSTILE });
    expect(readFileSync(path, "utf8").match(/<script>window/g)).toBe(null);
    const opened = await open(path);
    expect(await opened.evaluate("window.hacked")).toBe(undefined);
    expect(await opened.locator("#call-facts").textContent()).toContain("<img src=x");
    for (const part of ["header", "main"]) expect(await opened.textContent(part)).not.toContain("\u202e");
    await opened.setViewportSize({ width: 390, height: 844 });
    await opened.fill("#search", "onerror");
    expect(await opened.locator("#event-count").textContent()).toMatch(/^[3-9] of /);
    const width = "document.documentElement.scrollWidth - document.documentElement.clientWidth";
    expect(await opened.evaluate(width)).toBe(0);
  });

  it("asked nobody for anything, and complained of nothing", () => {
    expect(requests.filter((url) => !/^(file|data):/.test(url))).toEqual([]);
    expect(complaints).toEqual([]);
  });
});

const LENGTH_MS = 11_000;
