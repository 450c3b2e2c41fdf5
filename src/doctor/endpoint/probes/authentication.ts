/** Does the endpoint look at the headers at all: a call without them, and one with a wrong value, must be refused. */
import { findingOf } from "../../../analysis/root-causes.js";
import type { Examination } from "../examination.js";

const WRONG = "wrong-on-purpose";

export async function authentication(exam: Examination): Promise<void> {
  const names = Object.keys(exam.headers);
  if (names.length === 0) {
    exam.skip("authentication", "authentication", "no header was given");
    return;
  }
  exam.doing("the headers");
  const without = await exam.knock({});
  const wrong = await exam.knock(Object.fromEntries(names.map((name) => [name, WRONG])));
  const open = [
    ...(without.type === "open" ? ["without the header"] : []),
    ...(wrong.type === "open" ? ["with a wrong value in it"] : []),
  ].join(" and ");
  const seen = `A call ${open} was taken just as the one with ${names.join(", ")}.`;
  exam.report(
    "authentication",
    "authentication",
    open ? "anyone may call" : `calls without the right ${names.join(", ")} are refused`,
    open ? [findingOf({ kind: "headers-ignored", side: "call", seen })] : [],
  );
}
