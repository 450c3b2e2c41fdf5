/** How a test wants its call placed: where to, by whom, under what circumstances. */
import type { Clock } from "../clock.js";
import type { ProfileName } from "../protocol/profiles.js";
import type { QuirkName } from "../protocol/quirks.js";
import type { Timing } from "../replay/recorded-caller.js";
import type { KeyPress } from "../simulate/appointments.js";
import type { NetworkModel } from "../simulate/network.js";
import type { PlayOptions } from "./call-script.js";
import type { Duration } from "./duration.js";
import type { AgentToCall } from "./own-endpoint.js";

/** An endpoint that is there already. */
export interface UrlToCall {
  /** `ws://` or `wss://`. */
  readonly url: string;
  /** Sent with the upgrade request. Secrets: shown nowhere. */
  readonly headers?: Readonly<Record<string, string>>;
}

export interface PlaceCallSettings extends PlayOptions {
  /** What surrounds the media, by the edition of SmartPBX's document. Default: what the scenario says, or `v06`. */
  readonly profile?: ProfileName;
  /** Default: numbers and an account that nobody has. */
  readonly caller?: string;
  readonly callee?: string;
  readonly account?: string;
  /** Keys that are pressed whatever is being said. */
  readonly keys?: readonly KeyPress[];
  /** Hangs up then. Default: when all is said and answered. */
  readonly hangUpAfter?: Duration;
  /** Cuts the connection then, without a word. */
  readonly dropAfter?: Duration;
  /** How bad the way to the endpoint is. Default: nothing is late or missing. */
  readonly network?: NetworkModel;
  /** What the PBX does otherwise than its document says. */
  readonly quirks?: readonly QuirkName[];
  /** How a recording is played: `exact` (the default) in its own time, `turns` waits for the agent as the caller did then. */
  readonly timing?: Timing;
  /** What a recording's replay is held to. Default: the expect.yaml in its folder, or what is usual. */
  readonly expect?: string;
  /** Saves the call in a folder of its own in this one. */
  readonly record?: string;
  /** Keeps numbers, transcripts, keys and arguments readable in that recording. */
  readonly showPersonal?: boolean;
  /** Hangs up in good order, or gives up dialling. */
  readonly signal?: AbortSignal;
  /**
   * Default: the real one. A `ManualClock` is moved by the call itself, as fast as the far end answers: a minute of talk takes
   * a fraction of a second, and gives the same numbers each time. For agents that keep time by what they hear.
   */
  readonly clock?: Clock;
}

export type PlaceCallOptions = PlaceCallSettings & (UrlToCall | AgentToCall);
