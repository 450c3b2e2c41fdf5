/** A SmartPBX that a test holds in its hands: opens a real call, and does what it is told, one thing after the other. */

import type { CallEvent } from "../call/events.js";
import { type Clock, ManualClock, realClock } from "../clock.js";
import type { PlaceCallSettings, UrlToCall } from "./call-settings.js";
import { CallWatch } from "./call-watch.js";
import type { CallerWords } from "./caller-words.js";
import { type Duration, durationMs, spellMs } from "./duration.js";
import { passTime, settled } from "./fast-time.js";
import { newCall } from "./new-call.js";
import type { AgentToCall } from "./own-endpoint.js";
import { PhoneScript } from "./phone-script.js";
import type { HeardAudio, PlacedCall } from "./placed-call.js";
import { Watch } from "./watch.js";
import { type OpenCall, watchedCall } from "./watched-call.js";

/** The quiet that shows that an agent's turn is over, and not only a sentence. */
const TURN_QUIET_MS = 700;
const PATIENCE_MS = 10_000;

export type FakeSmartPbxOptions = Omit<PlaceCallSettings, "seed" | "tts" | "timing" | "expect"> &
  (UrlToCall | AgentToCall);

/**
 * Calls an endpoint, or an agent through a server of its own, and sends `start`. From then on a frame goes out every 20 ms,
 * silence where nothing else was asked for.
 *
 * On a `ManualClock` the call's time passes only while the test awaits one of the phone's methods, and then as fast as the far
 * end answers.
 *
 * @throws BridgeError when the call cannot begin: see `placeCall`.
 */
export async function fakeSmartPbx(options: FakeSmartPbxOptions): Promise<FakeSmartPbx> {
  const watch = new Watch();
  const script = await PhoneScript.open(options.format ?? "g711_ulaw", options.opusFraming, () =>
    watch.changed(),
  );
  return new Promise((resolve, reject) => {
    const over = watchedCall(newCall({ script, call: {} }, options), new CallWatch(), options, (call) => {
      resolve(new FakeSmartPbx(script, call, over, watch, options.clock ?? realClock));
    });
    over.catch(reject);
  });
}

export class FakeSmartPbx {
  /** All that has happened so far: of the bridge when an agent is called, else of the caller. */
  readonly events: readonly CallEvent[];
  /** Resolves when the call is over, whoever ended it: what `placeCall` gives, for the matchers. */
  readonly over: Promise<PlacedCall>;
  readonly #script: PhoneScript;
  readonly #call: OpenCall;
  readonly #watch: Watch;
  readonly #clock: Clock;
  #result: PlacedCall | undefined;
  #waiting = 0;
  #isMoving = false;

  /** @internal Made by `fakeSmartPbx`. */
  constructor(script: PhoneScript, call: OpenCall, over: Promise<PlacedCall>, watch: Watch, clock: Clock) {
    this.#script = script;
    this.#call = call;
    this.#watch = watch;
    this.#clock = clock;
    this.events = call.events;
    this.over = over;
    over.then(
      (result) => {
        this.#result = result;
        watch.over(`the call is over: ${result.detail}`);
      },
      (error: Error) => watch.over(error.message),
    );
  }

  /** How long the call has lasted, in ms. */
  get nowMs(): number {
    return this.#script.at;
  }

  /** Whether the caller hears the agent speak at this moment. */
  get hearsAgent(): boolean {
    return this.#script.agent?.speaking ?? false;
  }

  /** What the caller has heard of the agent so far. */
  heard(): HeardAudio {
    return this.#call.heard(this.nowMs);
  }

  /** Says this after what is still being said; resolves when the far end has received it. @throws BridgeError for a bad file. */
  async say(words: CallerWords): Promise<void> {
    await this.#until(await this.#script.say(words));
  }

  /** Presses keys, `0-9*#`, five a second; resolves when the far end has received them. */
  async press(keys: string): Promise<void> {
    if (!/^[0-9*#]+$/.test(keys)) throw new TypeError(`${JSON.stringify(keys)} are no keys: 0-9, * and #`);
    await this.#until(this.#script.press(keys));
  }

  /** Lets so much time of the call pass. */
  async pass(time: Duration): Promise<void> {
    const until = this.nowMs + durationMs(time);
    await this.#until(() => this.nowMs >= until);
  }

  /** Resolves when the agent is heard speaking. @throws Error when it is not within that time (10 s), or the call ends. */
  async untilAgentSpeaks({ within = PATIENCE_MS }: { within?: Duration } = {}): Promise<void> {
    await this.#untilInTime(() => this.hearsAgent, within, "the agent was not heard speaking");
  }

  /**
   * Resolves when the agent has spoken and then been quiet for 700 ms, which ends a turn; at once when that is so already.
   * @throws Error when that does not come within that time (60 s), or the call ends.
   */
  async untilAgentIsQuiet({
    within = 60_000,
    quiet = TURN_QUIET_MS,
  }: {
    within?: Duration;
    quiet?: Duration;
  } = {}): Promise<void> {
    const quietMs = durationMs(quiet);
    const isQuiet = () => {
      const { agent, at } = this.#script;
      return agent?.spokeAtAll === true && !agent.speaking && at - agent.quietSince >= quietMs;
    };
    await this.#untilInTime(
      isQuiet,
      within,
      `the agent was not heard speaking and then quiet for ${spellMs(quietMs)}`,
    );
  }

  /** Resolves when the agent has ended the call. @throws Error when it does not within that time (10 s). */
  async untilAgentHangsUp({ within = PATIENCE_MS }: { within?: Duration } = {}): Promise<PlacedCall> {
    const deadline = this.nowMs + durationMs(within);
    await this.#until(() => this.nowMs >= deadline).then(
      () => {
        throw new Error(`the agent did not end the call within ${spellMs(durationMs(within))}`);
      },
      () => {},
    );
    return this.over;
  }

  /** Ends the call in good order, as its document says. */
  hangUp(): Promise<PlacedCall> {
    return this.#end("hang-up");
  }

  /** Cuts the connection without a word. */
  drop(): Promise<PlacedCall> {
    return this.#end("drop");
  }

  async #end(how: "hang-up" | "drop"): Promise<PlacedCall> {
    this.#script.end(how);
    await this.#until(() => this.#result !== undefined).catch(() => {});
    return this.over;
  }

  async #untilInTime(condition: () => boolean, within: Duration, what: string): Promise<void> {
    const deadline = this.nowMs + durationMs(within);
    await this.#until(() => condition() || this.nowMs >= deadline);
    if (!condition()) throw new Error(`${what} within ${spellMs(durationMs(within))}`);
  }

  /** Looked at after every frame. When it holds, the far end has received all that was sent. */
  async #until(condition: () => boolean): Promise<void> {
    this.#waiting++;
    void this.#moveClock();
    try {
      await this.#watch.until(condition);
    } finally {
      this.#waiting--;
    }
    await settled(this.#call.socket);
  }

  /** As long as anybody waits. Several may, and it is one clock that is moved for all of them. */
  async #moveClock(): Promise<void> {
    const clock = this.#clock;
    if (this.#isMoving || !(clock instanceof ManualClock)) return;
    const { socket, isReady } = this.#call;
    this.#isMoving = true;
    while (this.#waiting > 0 && socket.readyState === socket.OPEN)
      await passTime(clock, socket, { until: () => this.#waiting === 0, isReady });
    this.#isMoving = false;
  }
}
