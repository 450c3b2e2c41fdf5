/** How far a replay may be from its recording before that is a failure. */

export interface Tolerances {
  /** A reply may come so much later. Earlier is always fine. */
  readonly laterMs: number;
  /** The greeting may come so much later. */
  readonly greetingLaterMs: number;
  /** After an interruption the agent may be heard so much longer. */
  readonly stopLaterMs: number;
  /** Both may speak at once for so much longer, in all. */
  readonly talkOverMs: number;
  /** The agent may end the call so much earlier. */
  readonly endEarlierMs: number;
  /** A reply may be so much louder or softer. */
  readonly levelDb: number;
  /** A reply may be so much longer or shorter, as a part of its length. */
  readonly lengthPart: number;
  /** How like the recorded reply each must sound, from 0 to 1; undefined: any will do. */
  readonly similarity: number | undefined;
  /** Whether the agent must say the same words. */
  readonly transcripts: "same" | "off";
  /** Codes of findings and warnings that are no failure. */
  readonly ignored: readonly string[];
  /** Nobody is expected to say anything: then nothing measured is no failure. */
  readonly silenceExpected: boolean;
}

/** Wide enough for a good agent on a busy computer, narrow enough for what a caller notices. */
export const DEFAULT_TOLERANCES: Tolerances = {
  // Callers notice about 200 ms in a pause of a second; two busy cores add up to 100 ms, seldom more.
  laterMs: 300,
  // It waits for connections to be made, which vary more than answers do.
  greetingLaterMs: 700,
  // Speech is found in steps of 20 ms, and network and lead add some 100 ms; a caller talks on for 400 ms without minding.
  stopLaterMs: 400,
  // A reply that comes 300 ms later is over 300 ms later, and so is what the caller says into its end.
  talkOverMs: 500,
  endEarlierMs: 1000,
  // 3 dB is half the power: clearly heard. The same words in another codec differ by less than 1 dB.
  levelDb: 3,
  // Agents that think say it otherwise each time.
  lengthPart: 0.5,
  // Another voice or other words can be as good: whoever wants the same asks for it.
  similarity: undefined,
  transcripts: "off",
  ignored: [],
  silenceExpected: false,
};

/** Where the end of a recording or the next utterance leaves less time than this, nobody can say that a reply is missing. */
export const ROOM_MS = 200;
