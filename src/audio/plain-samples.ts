/** Plain audio as samples, in whichever of its encodings it comes. */
import type { MediaFormat } from "./format.js";
import { decodeUlaw } from "./g711.js";
import { pcmSamples } from "./pcm.js";

/**
 * The samples of whole μ-law codes or of PCM; of PCM a view where that is possible. An odd last byte of PCM is left out.
 * @throws RangeError for Opus, which is not plain audio.
 */
export function plainSamples(bytes: Uint8Array, { encoding }: Pick<MediaFormat, "encoding">): Int16Array {
  if (encoding === "opus") throw new RangeError("Opus must be decoded before it has samples");
  return encoding === "pcm16" ? pcmSamples(bytes) : decodeUlaw(bytes);
}
