/** Saved calls as the agent, in real processes: with no key, no network beside the call itself, and the first agent gone. */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { fakeDeepgram } from "../../src/testing.js";
import { Bridge, folder, serve, simulate } from "./bridge.js";

let recording: string;

/** A caller who says something, and a vendor's agent that greets and answers. */
beforeAll(async () => {
  const directory = folder();
  const vendor = await fakeDeepgram();
  const bridge = await serve(
    ["--agent", `deepgram:${vendor.url}`, "--record", directory, "--show-personal"],
    { env: { DEEPGRAM_API_KEY: "test-key" } },
  );
  const caller = simulate(["--url", bridge.url, "--hang-up-after", "4500ms"]);
  // The first connection only asked whether the key is taken.
  await vendor.next();
  const far = await vendor.next();
  const words = Buffer.alloc(8 * 600, 0x20);
  far.speak(words);
  far.audioDone();
  far.conversationText("assistant", "good morning");
  await far.until(() => far.heardBytes >= 8 * 3300);
  far.conversationText("user", "a table for two");
  far.speak(Buffer.alloc(8 * 700, 0x30));
  far.audioDone();
  await caller.exit;
  await bridge.stop();
  await vendor.close();
  recording = join(directory, readdirSync(directory)[0]);
});

describe("a saved call of a vendor's agent", () => {
  it.concurrent("is the same call again when caller and agent both come from it", async () => {
    const replay = new Bridge([
      "replay",
      recording,
      ...["--agent", `recording:${recording}`, "--agent-option", "timing=exact"],
      ...["--json", "--show-personal"],
    ]);
    expect(await replay.exit, replay.output).toBe(0);
  });

  it.concurrent("answers whoever calls a server that plays its agent, in turns", async () => {
    const agent = new Bridge(["replay", recording, "--as", "agent", "--json", "--port", "0"]);
    const listening = await agent.first("listening");
    expect(listening.agent).toBe(`recording:${recording}`);
    const caller = simulate(["--url", agent.url, "--format", "pcm16", "--hang-up-after", "5s"]);
    expect(await caller.exit, caller.output).toBe(0);
    expect(await agent.stop(), agent.output).toBe(0);
    const ended = agent.all("call-ended")[0];
    expect(ended).toMatchObject({ reason: "caller-hung-up", turns: 1 });
    // The reply, and what the caller left of the greeting.
    expect(Number(ended.framesOut)).toBeGreaterThan(35);
  });

  it.concurrent("is missed before any call where there is none", async () => {
    const nowhere = new Bridge(["replay", folder(), "--as", "agent", "--port", "0"]);
    expect(await nowhere.exit).toBe(2);
    expect(nowhere.stderr).toContain("holds no recording");
    expect(nowhere.stderr).toContain("--agent recording:recordings");
  });
});
