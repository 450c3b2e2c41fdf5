/** The courses of an ordinary call: a greeting, a sentence, an interruption; and those of callers who wait, or say nothing. */
import type { Course, CoursePhone, Step } from "./course.js";

/** What the course notes of itself, in ms of the call. */
export interface Marks {
  /** When the caller's first words began, and when they were said. */
  wordsAt: number;
  saidAt: number;
  /** The caller spoke into the agent's speech. */
  interrupted: boolean;
}

const GREETING_BEGINS_MS = 1500;
const LONGEST_GREETING_MS = 6000;
const ANSWER_BEGINS_MS = 5000;
const LONGEST_ANSWER_MS = 4000;
/** Before it is interrupted, an agent may speak so long. */
const SPEAKS_MS = 900;
/** And so soon it begins to speak after an interruption, if it does. */
const NEXT_BEGINS_MS = 1200;
const TRIES = 2;
/** Enough of an answer to know it again. */
const HEARD_MS = 1000;

export function newMarks(): Marks {
  return { wordsAt: Number.POSITIVE_INFINITY, saidAt: Number.POSITIVE_INFINITY, interrupted: false };
}

export function talk(marks: Marks): Course {
  return function* (phone) {
    yield* phone.listen(GREETING_BEGINS_MS, LONGEST_GREETING_MS);
    yield* sayHello(phone, marks);
    yield* phone.answer(marks.saidAt, ANSWER_BEGINS_MS, LONGEST_ANSWER_MS);
    if (!phone.agent.spokeAtAll) return;
    for (let k = 0; k < TRIES && !marks.interrupted; k++) yield* interrupt(phone, marks);
  };
}

function* sayHello(phone: CoursePhone, marks: Marks): Step {
  marks.wordsAt = phone.at;
  yield* phone.say("hello");
  marks.saidAt = phone.at;
}

function* interrupt(phone: CoursePhone, marks: Marks): Step {
  yield* phone.say("long");
  const beganAt = phone.at;
  yield* phone.until(
    () => phone.agent.speaking && phone.agent.speakingSince > beganAt - 200,
    ANSWER_BEGINS_MS,
  );
  yield* phone.silence(SPEAKS_MS);
  if (phone.agent.speaking) {
    marks.interrupted = true;
    yield* phone.say("hours");
    yield* phone.listen(NEXT_BEGINS_MS, LONGEST_ANSWER_MS);
  } else yield* phone.listen(0, LONGEST_ANSWER_MS);
}

/** One sentence, at a time when the caller would not have spoken by itself. */
export function talkLater(marks: Marks, waitMs: number): Course {
  return function* (phone) {
    yield* phone.silence(waitMs);
    yield* sayHello(phone, marks);
    yield* phone.answer(marks.saidAt, ANSWER_BEGINS_MS, HEARD_MS);
  };
}

/** Says nothing until the caller beside it has hung up. */
export function listenWhile(isOver: () => boolean): Course {
  return function* (phone) {
    yield* phone.until(isOver, LONGEST_MS);
  };
}

const LONGEST_MS = 30_000;

export function beSilent(ms: number): Course {
  return (phone) => phone.silence(ms);
}
