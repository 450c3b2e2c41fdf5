/** What a caller is given for one call, and what it may do to the world. */
import type { PayloadCodec } from "../audio/payload-codec.js";
import type { CallEvent } from "../call/events.js";
import type { CallInfo } from "../protocol/messages.js";
import type { Profile } from "../protocol/profiles.js";
import type { AppointedTimes } from "./appointments.js";
import type { HeardFrame } from "./ear.js";
import type { DeliveryPlan } from "./network.js";
import type { OddMedia } from "./odd-media.js";
import type { Script } from "./script.js";

export interface CallPlan extends AppointedTimes {
  readonly info: CallInfo;
  readonly profile: Profile;
  /** What the caller says and does. */
  readonly script: Script;
  /** Reads the answers. Freed by whoever made it. */
  readonly codec: PayloadCodec;
  /** The endpoint's name for people, without secrets. */
  readonly endpoint: string;
  /** When the network delivers what is sent. Default: at once. */
  readonly network?: DeliveryPlan;
  /** What is sent in place of each frame, where the PBX has quirks. */
  readonly oddMedia?: OddMedia;
  /** How much of the agent's first audio the caller does not hear. Default 0. */
  readonly clippedMs?: number;
}

export interface CallerEffects {
  send(message: string): void;
  /** True while the socket holds so much unsent audio that adding to it only makes the call later. */
  congested(): boolean;
  close(code: number, reason: string): void;
  /** Cuts the connection without a close frame. */
  drop(): void;
  note(event: CallEvent): void;
  heard(frame: HeardFrame): void;
}
