/** Test calls with the sample voice, placed against the very server that the inspector shows. */
import { PORTAL_FORMATS } from "../audio/format.js";
import type { Clock } from "../clock.js";
import { type OwnEndpoint, wordsOf } from "./replays.js";

/** Whoever presses the button again does not wait for the call before. */
const MOST_AT_A_TIME = 4;

export interface TestCallsSettings {
  readonly clock: Clock;
  readonly endpoint: () => OwnEndpoint;
  /** How a call came out, in words. */
  readonly told: (ok: boolean, text: string) => void;
}

export class TestCalls {
  readonly #settings: TestCallsSettings;
  readonly #stop = new AbortController();
  readonly #running = new Set<Promise<void>>();

  constructor(settings: TestCallsSettings) {
    this.#settings = settings;
  }

  place(): void {
    if (this.#running.size >= MOST_AT_A_TIME) {
      this.#settings.told(false, `${MOST_AT_A_TIME} test calls run already: wait for the end of one.`);
      return;
    }
    const call = this.#place().finally(() => this.#running.delete(call));
    this.#running.add(call);
  }

  async close(): Promise<void> {
    this.#stop.abort(new Error("stopped"));
    await Promise.all(this.#running);
  }

  async #place(): Promise<void> {
    const { clock, endpoint, told } = this.#settings;
    const { signal } = this.#stop;
    try {
      const [{ loadSource }, { Track }, { placeCall }] = await Promise.all([
        import("../simulate/source.js"),
        import("../simulate/track.js"),
        import("../simulate/place-call.js"),
      ]);
      const script = await Track.encode(await loadSource({ type: "sample-voice" }), PORTAL_FORMATS.g711_ulaw);
      const { ok, detail } = await placeCall({ ...endpoint(), script, clock, signal });
      told(ok, `Test call: ${detail}.`);
    } catch (error) {
      if (!signal.aborted) told(false, `Test call: ${wordsOf(error)}`);
    }
  }
}
