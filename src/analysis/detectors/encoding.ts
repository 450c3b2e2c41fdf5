/** Audio that was sent in another encoding than the call's, or as a file. */
import { formatName } from "../../audio/format.js";
import { guessEncoding, guessPlain } from "../encoding-guess.js";
import type { Detector, Evidence, SideEvidence, Sighting } from "../evidence.js";
import { leastSmoothness } from "../frame-meter.js";

/** With less speech than this, 300 ms at 8 kHz, no encoding is told from another. In samples: μ-law lasts a sixth in pcm16 at 24 kHz. */
const LEAST_VOICED_SAMPLES = 2400;

export const encoding: Detector = (evidence) => [
  ...encodingOf(evidence, evidence.agent),
  ...encodingOf(evidence, evidence.caller),
];

function* encodingOf({ format }: Evidence, side: SideEvidence): Generator<Sighting> {
  const { who, payloads, meter, speech } = side;
  if (payloads.header && format.encoding !== "opus") {
    const { name, at } = payloads.header;
    yield {
      kind: "file-header",
      side: who,
      at,
      seen: `A payload of the ${who} begins with the header of a ${name} file.`,
    };
  }
  if (format.encoding === "opus") yield* plainInOpus(side);
  if (format.encoding === "opus" || (meter.voicedMs * format.sampleRate) / 1000 < LEAST_VOICED_SAMPLES)
    return;
  const least = leastSmoothness(format.sampleRate);
  // Speech in its own encoding is hardly ever this rough; only then is it worth to try the others.
  if (!(meter.smoothness < least + ROOM)) return;
  const guess = guessEncoding(speech, format.encoding);
  const rough = `of 1 for a slow wave the ${who}'s audio has ${meter.smoothness.toFixed(2)}`;
  if (guess)
    yield {
      kind: "wrong-encoding",
      side: who,
      seen: `The ${who}'s audio is noise in ${formatName(format)}, and speech when it is read as ${guess.encoding} (${rough}, as ${guess.encoding} ${guess.smoothness.toFixed(2)}).`,
      fix: `Convert ${guess.encoding} to ${formatName(format)} before it is sent.`,
    };
  else if (meter.smoothness < least)
    yield {
      kind: "wrong-encoding",
      side: who,
      severity: "warning",
      seen: `The ${who}'s audio is more like noise than like speech in ${formatName(format)} (${rough}).`,
    };
}

/** A-law read as μ-law is about as smooth as the roughest speech: others are tried for a little more. */
const ROOM = 0.15;

function* plainInOpus({ who, payloads }: SideEvidence): Generator<Sighting> {
  const guess = guessPlain(payloads.opus);
  if (!guess) return;
  yield {
    kind: "wrong-encoding",
    side: who,
    seen: `The ${who}'s payloads are no Opus packets, but speech when they are read as ${guess.encoding}.`,
    fix: `Encode ${guess.encoding} as Opus before it is sent, one packet of 20 ms in each payload.`,
  };
}
