/** The inspector in a real browser: calls as they run, the saved ones, by keyboard alone, in the dark and on a phone's screen. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { BrowserContext, Page } from "playwright-core";
import { beforeAll, describe, expect, it } from "vitest";
import { encodeUlaw } from "../../src/audio/g711.js";
import { resampleAll } from "../../src/audio/resample-offline.js";
import { readWav } from "../../src/audio/wav.js";
import type { CallEvent } from "../../src/call/events.js";
import { realClock } from "../../src/clock.js";
import { Inspector } from "../../src/inspector/inspector.js";
import { serveInspector } from "../../src/inspector/inspector-server.js";
import { serializeStart } from "../../src/protocol/serialize.js";
import { callerAudio, ended, record, started } from "../recording/calls.js";
import { type Bridge, folder, serve } from "./bridge.js";
import { browse, CHROMIUM, openPage } from "./chromium.js";

const AGENT = fileURLToPath(new URL("scenario-agent.mjs", import.meta.url));
const HOSTILE = "</script><img src=x onerror=window.hacked=1>";
const FRAME_MS = 20;

/** A caller who says something for a second and hangs up before anybody answers. */
async function recordShortCall(directory: string): Promise<string> {
  const { samples } = readWav(readFileSync(new URL("../../src/simulate/sample-voice.wav", import.meta.url)));
  const voice = encodeUlaw(resampleAll(samples, 24_000, 8000));
  const at = (ms: number) => voice.slice(ms * 8, (ms + FRAME_MS) * 8);
  const frames = Array.from({ length: 60 }, (_, k) => callerAudio(k * FRAME_MS, at(300 + k * FRAME_MS)));
  const { info } = started({ callId: HOSTILE }) as CallEvent & { type: "call-started" };
  const raw = JSON.parse(serializeStart(info)) as object;
  return record(directory, [started({ callId: HOSTILE, raw }), ...frames, ended(1200)]);
}

async function shows(page: Page, selector: string, text: string | RegExp): Promise<void> {
  const wanted = typeof text === "string" ? expect.stringContaining(text) : expect.stringMatching(text);
  await expect.poll(() => page.textContent(selector), { timeout: 10_000 }).toEqual(wanted);
}

const focused = (page: Page) =>
  page.evaluate("document.activeElement.id || document.activeElement.className");

async function tabTo(page: Page, name: string): Promise<void> {
  for (let presses = 0; presses < 30; presses++) {
    if ((await focused(page)) === name) return;
    await page.keyboard.press("Tab");
  }
  expect(await focused(page)).toBe(name);
}

describe.runIf(CHROMIUM)("the inspector", { timeout: 60_000 }, () => {
  let context: BrowserContext;
  let server: Bridge;
  let link: string;
  let page: Page;
  let errors: string[];
  beforeAll(async () => {
    const recordings = folder();
    await recordShortCall(recordings);
    [context, server] = await Promise.all([
      browse({ context: { viewport: { width: 1200, height: 900 }, colorScheme: "light" } }),
      serve(["--inspect", "--agent", AGENT, "--record", recordings, "--show-personal", "--host", "0.0.0.0"]),
    ]);
    link = String((await server.first("inspector")).url);
    ({ page, errors } = await openPage(context, link));
  }, 60_000);

  it("stays on this computer, whatever address the calls come to", async () => {
    await shows(page, "#line", "Live");
    expect(new URL(link).hostname).toBe("127.0.0.1");
    expect(page.url()).not.toContain("#");
  });

  it("shows a test call while it runs, and hangs it up", async () => {
    await tabTo(page, "test-call");
    await page.keyboard.press("Enter");
    await shows(page, "#live-facts", "running");
    await shows(page, "#calls-title", "1 running");
    const level = (side: string) =>
      page.evaluate(
        `Number(getComputedStyle(document.getElementById("${side}-meter")).getPropertyValue("--level"))`,
      );
    await expect.poll(() => level("caller"), { timeout: 10_000 }).toBeGreaterThan(0.3);
    await shows(page, "#said .agent", "Please tell me your opening hours.");
    await shows(page, "#live-numbers", /First audio\d+ ms/);
    await expect.poll(() => level("agent"), { timeout: 10_000 }).toBeGreaterThan(0.3);
    await page.click("#hang-up");
    await shows(page, "#live-facts", "ended: agent hung up");
    expect(await page.isHidden("#hang-up")).toBe(true);
    expect(await server.first("call-ended")).toMatchObject({ reason: "agent-ended" });
    await shows(page, "#saved-title", "Saved calls: 2");
  });

  it("lists saved calls, opens the report of one and replays it, by keyboard alone", async () => {
    await page.focus("#phone");
    await tabTo(page, "call-row over");
    await tabTo(page, "call-row");
    await page.keyboard.press("End");
    await page.keyboard.press("ArrowUp");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    await shows(page, "#saved-call-title", HOSTILE);
    await shows(page, "#saved .row-facts >> nth=1", /problems|error|warning/);
    await tabTo(page, "report");
    const [report] = await Promise.all([context.waitForEvent("page"), page.keyboard.press("Enter")]);
    await report.waitForSelector("html[data-ready]", { state: "attached" });
    expect(await report.title()).toBe(`Call ${HOSTILE}`);
    // What the far end wrote has an origin of its own, and no way to ours.
    expect(await report.evaluate("origin")).toBe("null");
    await report.close();
    await tabTo(page, "replay");
    await page.keyboard.press("Enter");
    await shows(page, "#verdict", /ecorded: \d+ of \d+ checks/);
    expect(await page.locator("#checks .failed").count()).toBeGreaterThan(0);
    expect(await page.evaluate("window.hacked")).toBeUndefined();
  });

  it("opens the browser phone beside it", async () => {
    const [phone] = await Promise.all([context.waitForEvent("page"), page.click("#phone")]);
    await shows(phone, "#state", "Ready to call");
    await phone.close();
  });

  it("fits a phone's screen, and follows the system into the dark", async () => {
    const ground = () => page.evaluate("getComputedStyle(document.body).backgroundColor");
    const light = await ground();
    await page.emulateMedia({ colorScheme: "dark" });
    await expect.poll(ground).not.toBe(light);
    await page.setViewportSize({ width: 390, height: 844 });
    const sideways = "document.documentElement.scrollWidth - document.documentElement.clientWidth";
    expect(await page.evaluate(sideways)).toBe(0);
    await page.locator("#calls .call-row").first().click();
    expect(await page.evaluate(sideways)).toBe(0);
    expect(await focused(page)).toBe("live-title");
    await page.click("#live .back");
    expect(await focused(page)).toContain("call-row");
  });

  it("opens with its own link only, and once", async () => {
    for (const wrong of [link, link.replace(/#.*/, "#guessed")]) {
      const { page: other } = await openPage(context, wrong);
      await shows(other, "#notes", wrong === link ? "has been used" : "not, or no longer, good");
      expect(await other.isDisabled("#test-call")).toBe(true);
      await other.close();
    }
  });

  it("comes back when it is loaded again, and says when another program is there", async () => {
    await page.reload();
    await shows(page, "#line", "Live");
    expect(errors).toEqual([]);
    await server.stop();
    await shows(page, "#notes", "The program has ended");
    const phone = { link: "", request: () => false, upgrade: () => false, close: () => {} };
    const endpoint = () => ({ url: "ws://127.0.0.1:1", endpoint: "echo" });
    const other = await serveInspector(
      new Inspector({
        clock: realClock,
        version: "2",
        agent: "echo",
        showPersonal: false,
        recordings: () => undefined,
        endpoint,
        phone,
        left: () => {},
      }),
      Number(new URL(link).port),
    );
    await shows(page, "#notes", "key is not, or no longer, good");
    await other.close();
  });
});
