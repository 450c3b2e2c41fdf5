/** What a PBX sends around the media, by the edition of the vendor's document that it follows. */
import type { CallInfo } from "./messages.js";
import { serializeConnected, serializeDtmf, serializeHangup, serializeStart } from "./serialize.js";

export type ProfileName = "readme" | "v06" | "v07";

export interface Profile {
  /** One line for `--help`. */
  readonly summary: string;
  /** The messages before the first media, in order. */
  opening(call: CallInfo): string[];
  /** Absent where the document knows no such message: the key cannot be told to the endpoint. */
  readonly dtmf?: (call: CallInfo, digit: string, durationMs?: number) => string;
  /** The messages after the last media, in order; then the socket is closed. */
  closing(call: CallInfo, reason?: string): string[];
}

const v06: Profile = {
  summary: "the vendor's v06 (August 2026): otherLegCallId, dtmf and hangup",
  opening: (call) => [serializeStart(call)],
  dtmf: serializeDtmf,
  closing: (call, reason) => [serializeHangup(call, reason)],
};

export const PROFILES: Readonly<Record<ProfileName, Profile>> = {
  readme: {
    summary: "the public document: start and media, then the socket closes",
    opening: ({ otherLegCallId: _, ...info }) => [serializeStart(info)],
    closing: () => [],
  },
  v06,
  v07: {
    ...v06,
    summary: "the vendor's v07 (September 2026): v06 after a leading connected",
    opening: (call) => [serializeConnected(), serializeStart(call)],
  },
};
