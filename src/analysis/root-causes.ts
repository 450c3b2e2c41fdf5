/** From what was seen to findings in the words of the table; of several, the causes before what only follows from them. */
import type { Sighting } from "./evidence.js";
import type { Finding } from "./finding.js";
import { FINDINGS, type FindingKind, type FindingText } from "./findings.js";

/** Outside of calls there is no moment. */
type Caused = Pick<Finding, "code" | "severity" | "seen">;

export function findingOf({ kind, side, seen, at, severity, fix }: Sighting): Finding {
  const text: FindingText = FINDINGS[kind];
  return {
    code: side === "call" || kind.startsWith(`${side}-`) ? kind : `${side}-${kind}`,
    side,
    severity: severity ?? text.severity,
    seen,
    why: text.why,
    fix: fix ?? text.fix,
    ...(at !== undefined && { at }),
  };
}

/** Without what another one of them explains. A cause is as grave as what follows from it. */
export function rootsOf<F extends Caused>(findings: readonly F[]): F[] {
  return findings
    .filter((finding) => !findings.some((other) => explains(other, finding)))
    .map((finding) =>
      findings.some((other) => other.severity === "error" && explains(finding, other))
        ? { ...finding, severity: "error" as const }
        : finding,
    );
}

/** Those of many calls: each code once, the root causes alone, and they first. */
export function rankedRoots<F extends Caused>(findings: readonly F[]): F[] {
  return rootFirst(
    rootsOf(findings.filter(({ code }, i) => findings.findIndex((other) => other.code === code) === i)),
  );
}

/** The gravest first, and of these the one nearest to the root; else they keep their order. */
export function rootFirst<F extends Caused>(findings: readonly F[]): F[] {
  return [...findings].sort(
    (a, b) =>
      Number(b.severity === "error") - Number(a.severity === "error") || depthOf(a.code) - depthOf(b.code),
  );
}

export function explains(cause: Pick<Finding, "code">, { code }: Pick<Finding, "code">): boolean {
  const [side, kind] = partsOf(cause.code);
  const [otherSide, otherKind] = partsOf(code);
  const known: FindingText | undefined = FINDINGS[kind];
  if (known?.explains?.includes(otherKind) !== true) return false;
  return side === undefined || otherSide === undefined || side === otherSide;
}

/** @returns the side, where the code names one, and the kind. */
function partsOf(code: string): [side: string | undefined, kind: FindingKind] {
  const side = /^(caller|agent)-/.exec(code)?.[1];
  const rest = side ? code.slice(side.length + 1) : code;
  return Object.hasOwn(FINDINGS, rest) ? [side, rest as FindingKind] : [side, code as FindingKind];
}

/** From the root to the leaves: what has to be mended before anything further can be told. */
const DEPTH: readonly FindingKind[] = [
  "bad-certificate",
  "headers-refused",
  "wrong-path",
  "redirected",
  "not-a-websocket",
  "endpoint-full",
  "endpoint-broken",
  "endpoint-dies",
  "agent-unreachable",
  "agent-failed",
  "shared-session",
  "answers-once",
  "answers-not-all",
  "missing-ids",
  "wrong-ids",
  "bad-message",
  "never-heard",
  "file-header",
  "wrong-encoding",
  "wrong-rate",
  "odd-samples",
  "zero-bytes",
  "digital-silence",
  "never-voiced",
  "ulaw-encoder",
  "misheard-rate",
  "profile-unanswered",
  "deaf-after",
  "unanswered",
  "too-fast",
  "choppy",
  "barge-in-ignored",
  "headers-ignored",
];

function depthOf(code: string): number {
  const at = DEPTH.indexOf(partsOf(code)[1]);
  return at === -1 ? DEPTH.length : at;
}
