/** The browser phone in a real browser: what goes in at its microphone comes back at its speaker. */
import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { resampleAll } from "../../src/audio/resample-offline.js";
import { bestLag } from "../../src/audio/signal.js";
import { startAgents } from "./agents.js";
import { type Bridge, serve, simulate } from "./bridge.js";
import { browse, CHROMIUM, heardFor, openPage, soundOf } from "./chromium.js";
import { likeness, voice, wav } from "./sound.js";

const RATE = 48_000;
const THIN = 12;
const ECHO = ["--agent-option", "mode=instant"];

const words = resampleAll(voice(500, 1900), 24_000, RATE);
/** A second of silence, the words, and silence. */
const spoken = new Int16Array(words.length + 3 * RATE);
spoken.set(words, RATE);

async function phoneOf(bridge: Bridge): Promise<string> {
  return String((await bridge.first("phone")).url);
}

/** Where the words begin, in ms: at a rate at which a search is quick, and that is enough to tell the ms. */
function startMs(samples: Int16Array): number {
  const thin = (all: Int16Array) => all.filter((_, i) => i % THIN === 0);
  const [piece, all] = [thin(words.subarray(0, RATE)), thin(samples)];
  return (bestLag(piece, all, all.length - piece.length).lag * THIN * 1000) / RATE;
}

async function startCall(page: Page, encoding: string): Promise<void> {
  await page.waitForSelector("#call:enabled");
  await page.uncheck("#clean");
  await page.check(`input[value=${encoding}]`);
  await page.click("#call");
  await shows(page, "#state", "In call");
}

/** Waits until an element holds this text. */
async function shows(page: Page, selector: string, text: string): Promise<void> {
  await page.locator(selector).filter({ hasText: text }).waitFor({ timeout: 15_000 });
}
describe.runIf(CHROMIUM)("the browser phone", { timeout: 60_000 }, () => {
  it("lets a caller speak and hear, press keys and hang up", async () => {
    const server = await serve(["--phone", ...ECHO]);
    const { page, errors } = await openPage(
      await browse({ microphone: wav(spoken, RATE) }),
      await phoneOf(server),
    );
    await startCall(page, "pcm16");
    await heardFor(page, 4500);
    const { said, heard } = await soundOf(page);
    const alike = likeness(words, heard, RATE);
    const delayMs = Math.round(startMs(heard) - startMs(said));
    const result = `microphone → echo agent → speaker in ${delayMs} ms, correlation ${alike.toFixed(3)}`;
    process.stdout.write(`browser phone: ${result}\n`);
    expect(alike).toBeGreaterThan(0.9);
    expect(delayMs).toBeGreaterThan(0);
    expect(delayMs).toBeLessThan(500);

    await page.click("#keypad >> text=5");
    await page.keyboard.press("#");
    await server.until(() => server.all("dtmf").length === 2, "two keys");
    await page.click("#hang-up");
    await shows(page, "#state", "Ended: you hung up");
    expect(await server.first("call-ended")).toMatchObject({ reason: "caller-hung-up" });
    expect(await page.evaluate("document.activeElement.id")).toBe("call");
    expect(errors).toEqual([]);
  });

  it("plays a minute of speech without more gaps than a busy computer makes", {
    timeout: 120_000,
  }, async () => {
    const server = await serve(["--phone", ...ECHO]);
    const minute = new Int16Array(62 * RATE);
    for (let at = 0; at + words.length < minute.length; at += words.length) minute.set(words, at);
    const { page } = await openPage(await browse({ microphone: wav(minute, RATE) }), await phoneOf(server));
    await startCall(page, "pcm16");
    while (((await page.textContent("#clock")) ?? "") < "1:00") await page.waitForTimeout(1000);
    const gaps = await page.textContent("#gaps");
    process.stdout.write(`browser phone: gaps in a minute: ${gaps}\n`);
    // None on one that is idle. A player that lost the beat would have one every few seconds.
    expect(Number.parseInt(String(gaps), 10)).toBeLessThanOrEqual(3);
    await page.click("#hang-up");
    await shows(page, "#state", "Ended: you hung up");
  });

  it.each([
    ["g711_ulaw", 0.8],
    // Encoded twice, which keeps the sound and not the wave: 0.89 at best.
    ["opus", 0.6],
  ] as const)("speaks %s, and ends the simulation when its page is closed", async (encoding, atLeast) => {
    const caller = simulate(["--browser", ...ECHO]);
    const { page } = await openPage(await browse({ microphone: wav(spoken, RATE) }), await phoneOf(caller));
    await startCall(page, encoding);
    await heardFor(page, 4500);
    expect(likeness(words, (await soundOf(page)).heard, RATE)).toBeGreaterThan(atLeast);
    await page.close();
    expect(await caller.first("call-ended")).toMatchObject({ reason: "caller-hung-up" });
    expect(await caller.exit).toBe(0);
    expect(caller.all("summary")).toMatchObject([{ calls: 1, ok: 1, failed: 0 }]);
    expect(caller.stderr).toContain("The page was not opened by itself");
    expect(caller.stderr).toContain(await phoneOf(caller));
  });

  it("keeps what a muted caller says", async () => {
    const server = await serve(["--phone", ...ECHO]);
    const tone = Int16Array.from({ length: 20 * RATE }, (_, i) => 8000 * Math.sin(i / 20));
    const { page } = await openPage(await browse({ microphone: wav(tone, RATE) }), await phoneOf(server));
    await startCall(page, "pcm16");
    await shows(page, "#agent-db", "dB");
    await page.click("#mute");
    await shows(page, "#you-db", "muted");
    await shows(page, "#agent-db", "silent");
    await page.click("#mute");
    await shows(page, "#you-db", "dB");
    await shows(page, "#agent-db", "dB");
  });

  it("is one phone: a second page is told so, and the call goes on", async () => {
    const server = await serve(["--phone", ...ECHO]);
    const url = await phoneOf(server);
    const context = await browse();
    const first = await openPage(context, url);
    await startCall(first.page, "pcm16");
    const second = await openPage(context, url);
    await shows(second.page, "#alerts", "in use in another tab");
    expect(await second.page.isDisabled("#call")).toBe(true);
    expect(second.errors).toEqual([]);
    await shows(first.page, "#state", "In call");
    // Loaded again, the first page is still the phone; its call is hung up.
    await first.page.reload();
    await shows(first.page, "#state", "Ready to call");
    expect(await server.first("call-ended")).toMatchObject({ reason: "caller-hung-up" });
    expect(first.errors).toEqual([]);
    // Closed, it makes room for another, with another link.
    await first.page.close();
    await server.until(() => server.all("phone").length === 2, "a new link");
    const third = await openPage(context, String(server.all("phone")[1].url));
    await shows(third.page, "#state", "Ready to call");
    await server.stop();
    await shows(third.page, "#alerts", "The program has ended");
  });

  it("opens with its own link only", async () => {
    const server = await serve(["--phone"]);
    const url = await phoneOf(server);
    const { page } = await openPage(await browse(), url.replace(/#.*/, "#guessed"));
    await shows(page, "#alerts", "not, or no longer, valid");
    expect(await page.isDisabled("#call")).toBe(true);
  });

  it("says in words that the microphone was refused, and calls nobody", async () => {
    const server = await serve(["--phone"]);
    const { page } = await openPage(await browse({ refuses: true }), await phoneOf(server));
    await page.click("#call:enabled");
    await shows(page, "#alerts", "The microphone was refused");
    await page.waitForSelector("#call:enabled");
    expect(server.all("call-started")).toEqual([]);
  });

  it("says in words that the endpoint cannot be reached", async () => {
    const caller = simulate(["--browser", "--url", "ws://127.0.0.1:1/media"]);
    const { page } = await openPage(await browse(), await phoneOf(caller));
    await shows(page, "#no-transcript", "No transcript");
    await page.click("#call:enabled");
    await shows(page, "#alerts", "could not be reached: nothing listens there. Start the endpoint");
    await page.close();
    expect(await caller.exit).toBe(3);
  });

  it("shows what is said and how fast it is answered", async () => {
    const agents = await startAgents();
    const caller = simulate(["--browser", "--agent", agents.spec, "--callee", "isInterrupted"]);
    const { page } = await openPage(await browse(), await phoneOf(caller));
    await startCall(page, "g711_ulaw");
    await shows(page, "#transcript .agent", "My number is");
    await shows(page, "#greeting", "ms");
    caller.signal("SIGINT");
    expect(await caller.exit).toBe(130);
    expect(await caller.first("call-ended")).toMatchObject({ reason: "caller-hung-up" });
    await shows(page, "#alerts", "The program has ended");
    await agents.close();
  });
});
