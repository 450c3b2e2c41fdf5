/** What the report page is given to show: one JSON document. Sound, outlines and events come beside it, packed. */
import type { Inspection } from "../inspection.js";

export interface PageDocument extends Inspection {
  /** Said about the whole call: that it was cut off, that it has no sound. */
  readonly notes: readonly string[];
  /** Moments that a person on the phone marked. */
  readonly marks: readonly { readonly at: number; readonly number: number }[];
  readonly sound: {
    readonly codec: "ulaw" | "pcm16" | "adpcm";
    readonly rateHz: number;
    /** Sound comes in pieces of this length, each side for itself; where nothing was said there is none. */
    readonly pieceMs: number;
    /** For people: what the sound is, and what was left out. */
    readonly note: string;
  };
  readonly peaks: { readonly stepMs: number };
  readonly events: { readonly count: number; readonly pieces: number };
}
