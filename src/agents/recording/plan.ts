/** What the agent of a recorded call does after which word, key or answer of the others: the plan for `timing=turns`. */
import { bytesPerMs } from "../../audio/format.js";
import { loadOpus } from "../../audio/opus.js";
import { Payload } from "../../audio/payload.js";
import { createPayloadCodec } from "../../audio/payload-codec.js";
import { SpeechDetector } from "../../audio/speech.js";
import type { LegEvent } from "../../call/leg.js";
import { CALLER_FILE } from "../../recording/format.js";
import { isMedia, type Recording } from "../../recording/reader.js";
import { CallerEar } from "./caller-ear.js";
import type { Deed, Score } from "./score.js";
import { type Speech, Speeches } from "./speeches.js";

export type Act =
  | { readonly what: "speech"; readonly speech: Speech }
  | { readonly what: "event"; readonly event: LegEvent };

/** `afterMs`: how long after its cue. */
export type PlannedAct = Act & { readonly afterMs: number };

/** What others do. Utterances and keys are numbered from 0. */
export type Cue = "start" | `utterance ${number}` | `end ${number}` | `key ${number}` | `answer ${string}`;

export interface Plan {
  readonly acts: ReadonlyMap<Cue, readonly PlannedAct[]>;
  readonly utterances: number;
}

/** Whether somebody speaks can be told at this rate, which is cheap to decode. */
const LISTENING_RATE = 8000;
/** A caller who sends nothing for this long is silent: a bridge would fill that in. */
const QUIET_MS = 200;

export async function readPlan(recording: Recording, score: Score): Promise<Plan> {
  const listened = await listen(recording);
  const cues = [{ cue: "start" as Cue, at: score.startedAt }, ...listened.cues].sort((a, b) => a.at - b.at);
  const acts = new Map<Cue, PlannedAct[]>();
  const deeds = [...listened.speeches.map(speechAct), ...score.deeds.flatMap(eventAct)];
  let next = 1;
  for (const { at, act } of deeds.sort((a, b) => a.at - b.at)) {
    while (next < cues.length && cues[next].at <= at) next++;
    const { cue, at: cueAt } = cues[next - 1];
    // Speech interrupts by itself; what a key interrupts, only the recording tells.
    if (act.what === "event" && act.event.type === "interrupted" && !cue.startsWith("key")) continue;
    const planned = acts.get(cue) ?? [];
    if (planned.length === 0) acts.set(cue, planned);
    planned.push({ ...act, afterMs: Math.max(0, at - cueAt) });
  }
  return { acts, utterances: listened.utterances };
}

interface Listened {
  readonly cues: readonly { readonly cue: Cue; readonly at: number }[];
  readonly speeches: readonly Speech[];
  readonly utterances: number;
}

/** Listens to both sides once. */
async function listen(recording: Recording): Promise<Listened> {
  const { format } = recording.call;
  const opus = format.encoding === "opus" ? await loadOpus() : undefined;
  const callerCodec = createPayloadCodec(format, { agentRate: LISTENING_RATE, opus });
  const agentCodec = createPayloadCodec(format, { agentRate: LISTENING_RATE, opus });
  const { plain } = callerCodec;
  const cues: { cue: Cue; at: number }[] = [];
  let utterances = 0;
  let keys = 0;
  let callerAt = 0;
  /** When something in the caller's audio was said. */
  const timeOf = (audioMs: number) => callerAt - (ear.heardMs - audioMs);
  const ear: CallerEar = new CallerEar(plain, {
    started: (at) => cues.push({ cue: `utterance ${utterances++}`, at: timeOf(at) }),
    ended: (lastVoicedAt) => cues.push({ cue: `end ${utterances - 1}`, at: timeOf(lastVoicedAt) }),
  });
  const detector = new SpeechDetector(plain);
  const speeches = new Speeches();
  let number = 0;
  try {
    for await (const batch of recording.batches()) {
      for (const event of batch) {
        if (event.type === "bad-line" || !("t" in event)) continue;
        const at = event.t / 1000;
        if (event.type === "dtmf") cues.push({ cue: `key ${keys++}`, at });
        else if (event.type === "tool-result") cues.push({ cue: `answer ${String(event.id)}`, at });
        if (!isMedia(event)) continue;
        const payload = Payload.fromBytes(recording.payloadNow(event));
        if (event.file === CALLER_FILE) {
          const gapMs = at - callerAt;
          if (callerAt > 0 && gapMs > QUIET_MS) silence(ear, gapMs);
          callerAt = at;
          ear.push(callerCodec.decode(payload));
        } else {
          const audio = agentCodec.decode(payload);
          const { offset, length, heardT = event.t } = event;
          const ms = audio.length / bytesPerMs(plain);
          const heardAt = heardT / 1000;
          speeches.push({ number: number++, offset, length, heardAt, ms, voiced: detector.push(audio) });
        }
      }
    }
    // The caller's last word is over when the recording is.
    ear.silence(QUIET_MS * 2);
    speeches.finish();
  } finally {
    callerCodec.free();
    agentCodec.free();
  }
  return { cues, speeches: speeches.all, utterances };
}

/** A hostile recording may claim years. */
const MAX_GAP_MS = 2000;

function silence(ear: CallerEar, gapMs: number): void {
  ear.silence(Math.min(gapMs, MAX_GAP_MS));
}

interface Dated {
  readonly at: number;
  readonly act: Act;
}

function speechAct(speech: Speech): Dated {
  return { at: speech.at, act: { what: "speech", speech } };
}

function eventAct(deed: Deed): Dated[] {
  const { at } = deed;
  if (deed.what === "event") return [{ at, act: { what: "event", event: deed.event } }];
  if (deed.what !== "transcript") return [];
  const { who, text } = deed;
  return [{ at, act: { what: "event", event: { type: "transcript", who, text } } }];
}
