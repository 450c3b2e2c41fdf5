/** Recordings made by real calls: what is left after kill -9, and where a click stands in call.wav. */
import { readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { click } from "../../src/audio/signal.js";
import { rebuildWav } from "../../src/recording/call-wav.js";
import { folder, serve, simulate } from "./bridge.js";
import { Phone } from "./phone.js";
import { channel, loudestMs, savedCall, wav } from "./sound.js";

describe.concurrent("a recording", () => {
  it("of a process that was killed opens, and lacks at most 250 ms", async () => {
    const out = folder();
    const server = await serve(["--agent-option", "mode=instant", "--record", out]);
    const phone = await Phone.call(server.url);
    // Every frame carries its number, and is sent at its time.
    const startedAt = performance.now();
    let sent = 0;
    const speaking = setInterval(() => {
      for (; sent * 20 <= performance.now() - startedAt; sent++) phone.media(Buffer.alloc(160, sent % 128));
    }, 5);
    await phone.until(() => phone.payloads.length >= 60);
    const echoed = phone.payloads.length;
    await server.kill();
    clearInterval(speaking);
    await phone.closed;

    const saved = await savedCall(out);
    expect(saved.call.state).toBe("open");
    for (const track of [saved.caller, saved.agent]) {
      expect(track.length).toBeGreaterThanOrEqual(echoed - 250 / 20);
      expect(track.every(({ hex }, k) => hex === Buffer.alloc(160, k % 128).toString("hex"))).toBe(true);
    }
    await rebuildWav(saved.folder);
    expect(channel(join(saved.folder, "call.wav"), "left").length / 8).toBeGreaterThan(echoed * 20 - 270);
  });

  it("that cannot be made is missed, and the call goes on", async () => {
    const out = join(folder(), "calls");
    const server = await serve(["--agent-option", "mode=instant", "--record", out]);
    rmSync(out, { recursive: true });
    writeFileSync(out, "in the way");
    const phone = await Phone.call(server.url);
    expect(await server.first("warning")).toMatchObject({
      code: "recording-failed",
      message: expect.stringMatching(/^cannot record to .*calls: E[A-Z]+: /),
    });
    await phone.echoed();
    await phone.hangUp();
    expect(await server.first("call-ended")).toMatchObject({ reason: "caller-hung-up" });
    expect(await server.stop()).toBe(0);
    expect(server.all("recorded")).toEqual([]);
  });

  it("can be read by its owner only", async () => {
    const out = folder();
    const caller = simulate(["--silence", "--hang-up-after", "300ms", "--record", out]);
    expect(await caller.exit).toBe(0);
    const { folder: path, call } = await savedCall(out);
    expect(statSync(path).mode & 0o777).toBe(0o700);
    for (const name of readdirSync(path)) expect(statSync(join(path, name)).mode & 0o777, name).toBe(0o600);
    expect(Object.keys(call.files ?? {}).sort()).toEqual([
      "agent.bin",
      "call.wav",
      "caller.bin",
      "events.jsonl",
    ]);
  });
});

// One after the other: they tell milliseconds.
describe("a click at second 3", () => {
  it.for([
    ["g711_ulaw", 8000],
    ["pcm16", 24000],
    ["opus", 24000],
  ] as const)(
    "stands there in the recording, and on the other channel when it was heard: %s",
    async ([format, rate]) => {
      const [out, atCaller] = [folder(), folder()];
      const server = await serve(["--agent-option", "mode=instant", "--record", out]);
      const source = wav(click(3000, 3200, 48000), 48000);
      const call = ["--format", format, "--wav", source, "--hang-up-after", "4s", "--record", atCaller];
      const caller = simulate(["--url", server.url, ...call]);
      expect(await server.first("call-ended")).toMatchObject({ reason: "caller-hung-up" });
      await Promise.all([server.first("recorded"), caller.exit]);
      const saved = await savedCall(out);
      const file = join(saved.folder, "call.wav");
      const saidAt = loudestMs(channel(file, "left"), rate);
      const heardAt = loudestMs(channel(file, "right"), rate);
      // Opus looks ahead: what it says is 6.5 ms late, and what is said back is so twice.
      const lateMs = format === "opus" ? 6.5 : 0;
      // The server's clock begins with its answer to the upgrade. When the caller began to speak shows the frame of the
      // first second that was delayed least.
      const startedAt = Math.min(...saved.caller.slice(0, 50).map(({ at }, k) => at - 20 * k));
      expect(Math.abs(saidAt - lateMs - startedAt - 3000)).toBeLessThanOrEqual(10);
      // What is returned at once is the same frame of the answer.
      expect(Math.abs(heardAt - 2 * lateMs - saved.agent[3000 / 20].heardAt)).toBeLessThanOrEqual(10);
      // The caller's own ears, on the caller's own clock, agree but for what is sent ahead.
      const atEar = join((await savedCall(atCaller)).folder, "call.wav");
      expect(Math.abs(loudestMs(channel(atEar, "left"), rate) - lateMs - 3000)).toBeLessThanOrEqual(10);
      expect(Math.abs(loudestMs(channel(atEar, "right"), rate) - heardAt)).toBeLessThanOrEqual(150);
    },
  );
});
