/** A long call in good order that runs beside whatever else a test does, and can tell whether it was ever disturbed. */
import { expect } from "vitest";
import { whiteNoise } from "../../src/audio/signal.js";
import { type Bridge, folder, simulate } from "./bridge.js";
import { savedCall, wav } from "./sound.js";

/** What a busy computer does to any process. A bridge that is held up by one call is late by more. */
const LATEST_MS = 150;
const FRAME_MS = 20;
const RATE = 8000;

export class HealthyCall {
  readonly #simulate: Bridge;
  readonly #recordings: string;

  private constructor(bridge: Bridge, recordings: string) {
    this.#simulate = bridge;
    this.#recordings = recordings;
  }

  /**
   * Calls an endpoint that says everything back at once. What the caller says is noise, of which no frame is like another:
   * frames that were lost, doubled, changed or put out of order show.
   */
  static async begin(url: string, args: readonly string[] = []): Promise<HealthyCall> {
    const recordings = folder();
    const noise = wav(whiteNoise(1, -20, 120_000, RATE), RATE);
    const bridge = simulate(["--url", url, "--wav", noise, "--record", recordings, ...args]);
    await bridge.first("call-started");
    return new HealthyCall(bridge, recordings);
  }

  /** Hangs up and looks back on the whole call: every frame came back, as it was and in time. */
  async undisturbed(): Promise<void> {
    this.#simulate.signal("SIGINT");
    expect(await this.#simulate.exit, this.#simulate.output).toBe(130);
    const { call, caller, agent } = await savedCall(this.#recordings);
    expect(call).toMatchObject({ state: "closed", reason: "caller-hung-up" });
    expect(this.#simulate.all("warning")).toEqual([]);
    expect(agent.every(({ hex }, k) => hex === caller[k].hex)).toBe(true);
    const delays = agent.map(({ at }, k) => at - caller[k].at);
    // What the caller said before the agent was there comes back late, and so does all that follows it.
    const usual = [...delays].sort((a, b) => a - b)[delays.length >> 1];
    const latest = Math.max(...delays);
    const when = `${agent[delays.indexOf(latest)].at} ms into the call`;
    expect(latest - usual, `how late a frame came back ${when}`).toBeLessThan(LATEST_MS);
    // What was still on its way when the caller hung up is not missed.
    expect(agent.length).toBeGreaterThan(caller.length - (usual + LATEST_MS) / FRAME_MS);
  }
}
