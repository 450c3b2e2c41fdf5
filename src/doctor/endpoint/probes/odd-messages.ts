/** Messages that a PBX may send besides the documented ones, in a fixed order: what an endpoint dies of is the last one. */
import { findingOf } from "../../../analysis/root-causes.js";
import { Payload } from "../../../audio/payload.js";
import { BridgeError } from "../../../errors.js";
import { UNKNOWN_EVENT, UNKNOWN_FIELDS } from "../../../protocol/quirks.js";
import { type CallIds, serializeDtmf } from "../../../protocol/serialize.js";
import type { CoursePhone, Step } from "../course.js";
import type { Examination } from "../examination.js";
import { hello } from "../hello.js";

interface Odd {
  readonly name: string;
  readonly fix: string;
  send(phone: CoursePhone, ids: CallIds): Step;
}

const PIECES = [7, 33, 1, 99, 160, 481];
const ODD: readonly Odd[] = [
  {
    name: "a dtmf message",
    fix: "Take dtmf (v06 and later send it), or ignore it.",
    send: (phone, ids) => phone.send(serializeDtmf(ids, "5", 160)),
  },
  {
    name: "a dtmf message with its digit at the top level and another leg's ids",
    fix: "Read the digit in either place, and do not hold its ids against those of start.",
    send: (phone) =>
      phone.send(JSON.stringify({ event: "dtmf", digit: "#", dtmf: { callId: "another-leg" } })),
  },
  {
    name: "a message of an unknown event",
    fix: "Ignore events that you do not know.",
    send: (phone) => phone.send(JSON.stringify(UNKNOWN_EVENT)),
  },
  {
    name: "media with unknown fields",
    fix: "Read event and media.payload, and ignore the other fields.",
    *send(phone) {
      const empty = { event: "media", media: { payload: "", ...UNKNOWN_FIELDS }, ...UNKNOWN_FIELDS };
      yield* phone.send(JSON.stringify(empty));
    },
  },
  {
    name: "audio in pieces of odd sizes",
    fix: "Take payloads of any length: keep what is left over for the next one.",
    *send(phone) {
      if (!phone.canCut) return;
      yield* phone.sendPieces(8, pieces);
    },
  },
  {
    name: "a second without any media",
    fix: "Feed the agent silence while the PBX suppresses it.",
    send: (phone) => phone.mute(1000),
  },
];
/** What kills shows within this time. */
const AFTER_MS = 400;
/** A call with one of them, and a sentence that is not answered. */
const ALONE_MS = 7000;

export async function oddMessages(exam: Examination): Promise<void> {
  const [name, what] = ["odd-messages", "odd messages"];
  exam.doing("messages that are not in the document");
  let last: Odd | undefined;
  const all = (ids: CallIds) =>
    function* (phone: CoursePhone): Step {
      yield* phone.silence(AFTER_MS);
      for (const odd of ODD) {
        last = odd;
        yield* odd.send(phone, ids);
        yield* phone.silence(AFTER_MS);
      }
      last = undefined;
    };
  const { call, isAnswered } = await helloAfter(exam, all);
  if (call instanceof BridgeError || call.isEndedByEndpoint) {
    const death = await exam.death(call, last ? `after ${last.name}` : "after a number of odd messages");
    exam.report(name, what, "not all are survived", [last ? { ...death, fix: last.fix } : death]);
  } else if (isAnswered || !exam.isAnswering) {
    exam.report(name, what, `${exam.isAnswering ? "answers" : "survives"} after all ${ODD.length}`);
  } else await reportDeaf(exam, name, what, all);
}

/** Which of them it was, shows a call for each; and a second one, that it was no coincidence. */
async function reportDeaf(
  exam: Examination,
  name: string,
  what: string,
  all: (ids: CallIds) => (phone: CoursePhone) => Step,
): Promise<void> {
  const alone = (odd: Odd) => helloAfter(exam, (ids) => (phone) => odd.send(phone, ids));
  let suspects = ODD;
  for (let k = 0; k < 2 && suspects.length > 0 && exam.hasTimeFor(ALONE_MS); k++) {
    const deafening: Odd[] = [];
    const one = async (odd: Odd) => {
      if (!(await alone(odd)).isAnswered) deafening.push(odd);
    };
    if (exam.isParallel) await Promise.all(suspects.map(one));
    else for (const odd of suspects) await one(odd);
    suspects = ODD.filter((odd) => deafening.includes(odd));
  }
  const [first] = suspects;
  if (!first && (await helloAfter(exam, all)).isAnswered) {
    exam.report(name, what, `answers after all ${ODD.length}`);
    return;
  }
  const names = suspects.map((odd) => odd.name).join(", and after ") || "all of these messages together";
  const seen = `After ${names} the caller's sentence had no answer.`;
  exam.report(name, what, "deaf after them", [
    findingOf({ kind: "deaf-after", side: "call", seen, ...(first && { fix: first.fix }) }),
  ]);
}

async function helloAfter(exam: Examination, before: (ids: CallIds) => (phone: CoursePhone) => Step) {
  return hello(exam, {}, (phone, ids) => before(ids)(phone));
}

function pieces(audio: Uint8Array): Payload[] {
  const cut: Payload[] = [];
  for (let at = 0, k = 0; at < audio.length; k++) {
    const size = PIECES[k % PIECES.length]!;
    cut.push(Payload.fromBytes(audio.subarray(at, at + size)));
    at += size;
  }
  return cut;
}
