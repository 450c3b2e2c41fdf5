/**
 * What stands between the payloads of one SmartPBX call and plain audio (μ-law or PCM).
 * For μ-law and PCM it is the identity; for Opus it finds the framing, decodes, encodes, and frames the answer in kind.
 */
import type { MediaFormat } from "./format.js";
import type { Payload } from "./payload.js";

export interface PayloadCodec {
  /** What `decode` gives and `encode` takes: never Opus. */
  readonly plain: MediaFormat;
  /** False while a caller's Opus framing is not known yet; answers wait for it. */
  readonly framingKnown: boolean;
  /** One received payload, of any length, as plain audio. May be empty. A damaged payload gives what could be read. */
  decode(payload: Payload): Uint8Array;
  /** Exactly one 20 ms frame of plain audio as one payload, without container framing. */
  encode(frame: Uint8Array): Payload;
  /** The last step before a frame leaves: wraps it in the caller's container framing. Called once per sent frame, in order. */
  seal(frame: Payload): Payload;
  /** Releases codec memory. The codec must not be used afterwards. */
  free(): void;
}
