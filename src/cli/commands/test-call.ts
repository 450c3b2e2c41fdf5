/** A call to our own address, by the sample voice: what `simulate` would place, from inside. */
import { PORTAL_FORMATS } from "../../audio/format.js";
import type { Clock } from "../../clock.js";
import { placeCall } from "../../simulate/place-call.js";
import { loadSource } from "../../simulate/source.js";
import { Track } from "../../simulate/track.js";
import type { Auth } from "./access.js";

export class TestCalls {
  readonly #auth: Auth | undefined;
  readonly #clock: Clock;
  readonly #stop = new AbortController();
  #track: Promise<Track> | undefined;

  constructor(auth: Auth | undefined, clock: Clock) {
    this.#auth = auth;
    this.#clock = clock;
  }

  /**
   * Resolves when the call is over. @returns what went wrong, for people; undefined when nothing did.
   * @throws BridgeError when it could not begin
   */
  async place(url: string): Promise<string | undefined> {
    this.#track ??= loadSource({ type: "sample-voice" }).then((source) =>
      Track.encode(source, PORTAL_FORMATS.g711_ulaw, "raw"),
    );
    const script = await this.#track;
    const { signal } = this.#stop;
    if (signal.aborted) return undefined;
    const headers = this.#auth && { [this.#auth.header]: this.#auth.token };
    try {
      const result = await placeCall({ url, isSelf: true, headers, script, signal, clock: this.#clock });
      return result.ok ? undefined : result.detail;
    } catch (error) {
      if (signal.aborted) return undefined;
      throw error;
    }
  }

  /** Hangs up those that are up; no more are placed. */
  end(): void {
    this.#stop.abort(new Error("interrupted"));
  }
}
