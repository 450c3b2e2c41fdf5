/** A recorded caller's side, made of a few words: for tests of what is made from it. */

import { PORTAL_FORMATS } from "../../src/audio/format.js";
import { encodeUlaw } from "../../src/audio/g711.js";
import { Payload } from "../../src/audio/payload.js";
import { sine } from "../../src/audio/signal.js";
import { serializeCallerMedia } from "../../src/protocol/serialize.js";
import type { CallerSide, RecordedEnd, RecordedKey } from "../../src/replay/caller-side.js";
import { Payloads } from "../../src/replay/payloads.js";
import type { TrackFrame } from "../../src/simulate/track.js";

const LOUD = encodeUlaw(sine(700, -9, 20, 8000));
const QUIET = new Uint8Array(160).fill(0xff);

export interface Said {
  /** Stretches in which the caller speaks, in ms. */
  readonly voice?: readonly (readonly [from: number, to: number])[];
  readonly keys?: readonly (readonly [at: number, digit: string])[];
  readonly endAt: number;
  readonly how?: RecordedEnd["how"];
}

/** Frames of 20 ms from 0 to the end; each came when it was all said. */
export function sideOf({ voice = [], keys: pressed = [], endAt, how = "hang-up" }: Said): CallerSide {
  const payloads = new Payloads();
  for (let at = 20; at <= endAt; at += 20) {
    const voiced = voice.some(([from, to]) => at > from && at <= to);
    payloads.add(voiced ? LOUD : QUIET, at, 20, voiced);
  }
  const keys = pressed.map(
    ([at, digit]): RecordedKey => ({ at, digit, before: payloads.at.findIndex((came) => came >= at) }),
  );
  return {
    format: PORTAL_FORMATS.g711_ulaw,
    start: undefined,
    payloads,
    framing: "raw",
    keys: keys.map((key) => (key.before < 0 ? { ...key, before: payloads.length } : key)),
    maskedKeys: 0,
    end: { at: endAt, how, hangup: {} },
    agentSent: true,
  };
}

export function frameOf({ payloads }: CallerSide): (k: number) => TrackFrame {
  return (k) => {
    const payload = Payload.fromBytes(payloads.bytes(k));
    const message = serializeCallerMedia(payload);
    return { payload, message, voiced: payloads.voiced[k], ms: payloads.ms[k] };
  };
}

const quiet = Payload.fromBytes(QUIET);
export const SILENCE: TrackFrame = { payload: quiet, message: serializeCallerMedia(quiet), voiced: false };
