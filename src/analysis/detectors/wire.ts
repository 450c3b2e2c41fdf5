/** What was noted of the messages on the wire: missing or wrong ids, messages that could not be read. */
import type { CallAnalysis } from "../call-analysis.js";
import type { Detector } from "../evidence.js";
import type { FindingKind } from "../findings.js";
import { spellCount } from "../spell.js";

type Warning = CallAnalysis["warnings"][number];

const KINDS: Readonly<Record<string, FindingKind>> = {
  "missing-ids": "missing-ids",
  "wrong-ids": "wrong-ids",
  "not-media": "bad-message",
  "malformed-json": "bad-message",
  "binary-frame": "bad-message",
  "no-event": "bad-message",
  "bad-payload": "bad-message",
  "bad-start": "bad-message",
  "bad-dtmf": "bad-message",
  "media-before-start": "bad-message",
  "second-start": "bad-message",
  "too-many-faults": "bad-message",
  "bad-line": "bad-lines",
};

export const wire: Detector = ({ call }) =>
  call.warnings.flatMap((warning) => {
    const kind = Object.hasOwn(KINDS, warning.code) ? KINDS[warning.code] : undefined;
    if (!kind) return [];
    const isIds = kind === "missing-ids" || kind === "wrong-ids";
    return [
      { kind, side: isIds ? ("agent" as const) : ("call" as const), seen: seen(warning), at: warning.at },
    ];
  });

function seen({ code, message, count }: Warning): string {
  const times = count > 1 ? ` (${spellCount(count, "time")})` : "";
  const text = message.trim() || code;
  return `${text.replace(/[.:]$/, "")}${times}.`;
}
