/** A problem that was found: what was seen, why it matters, and what to change. */
import { element } from "./elements.js";
import { clean } from "./words.js";

/** @param {Pick<import("../../analysis/finding.js").Finding, "severity" | "side" | "seen" | "why" | "fix">} finding */
export function findingCard({ severity, side, seen, why, fix }) {
  const card = element("li", severity);
  const head = element("p", "seen");
  const who = side === "call" ? "" : `, ${side}`;
  head.append(element("b", "badge", `${severity}${who}`), ` ${clean(seen)}`);
  const advice = element("p", "fix");
  advice.append(element("b", "", "Fix: "), clean(fix));
  card.append(head, element("p", "why", clean(why)), advice);
  return card;
}
