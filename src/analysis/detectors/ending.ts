/** How the call ended, where that was not in good order. */
import type { EndReason } from "../../call/events.js";
import type { Detector } from "../evidence.js";
import type { FindingKind } from "../findings.js";
import { spellMs } from "../spell.js";

const KINDS: Readonly<Record<EndReason, FindingKind | undefined>> = {
  "caller-hung-up": undefined,
  "agent-ended": undefined,
  "shutting-down": undefined,
  "caller-lost": "caller-lost",
  "agent-failed": "agent-failed",
  "agent-unreachable": "agent-unreachable",
  "no-start": "not-our-protocol",
  "caller-silent": "ended-by-rule",
  "too-long": "ended-by-rule",
  "protocol-fault": "not-our-protocol",
  "unsupported-format": "not-our-protocol",
  "wrong-account": "ended-by-rule",
  "message-too-big": "not-our-protocol",
  "bridge-failed": "bridge-failed",
};

export const ending: Detector = ({ call }) => {
  if (!call.end)
    return [
      {
        kind: "cut-off",
        side: "call",
        seen: `The recording ends after ${spellMs(call.durationMs)} without an end of the call.`,
      },
    ];
  const { at, reason, detail } = call.end;
  const kind = Object.hasOwn(KINDS, reason) ? KINDS[reason] : undefined;
  if (!kind) return [];
  const seen = `The call ended after ${spellMs(at)} as ${reason}${detail && `: ${detail}`}.`.replace(
    /\.\.$/,
    ".",
  );
  return [
    {
      kind,
      side: kind.startsWith("agent-") ? "agent" : kind.startsWith("caller-") ? "caller" : "call",
      seen,
      at,
    },
  ];
};
