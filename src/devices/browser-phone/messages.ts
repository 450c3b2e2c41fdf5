/** What the page of the browser phone and this process tell each other beside sound; `page/line.js` is the other end. */
import { ENCODINGS, type Encoding } from "../../audio/format.js";

/** From the page. Sound comes as binary messages of exactly one frame. */
export type FromPage =
  | { readonly type: "call"; readonly encoding: Encoding }
  | { readonly type: "hang-up" }
  | { readonly type: "key"; readonly digit: string }
  /** How the sound was heard so far, in the present call. */
  | { readonly type: "sound"; readonly underruns: number; readonly concealedMs: number };

/** To the page. Sound goes as binary messages of any number of samples. */
export type ToPage =
  | {
      readonly type: "welcome";
      /** Who is called. */
      readonly endpoint: string;
      readonly encoding: Encoding;
      /** The format is given and cannot be chosen. */
      readonly fixed: boolean;
      /** Why there will be no transcript; absent where there may be one. */
      readonly noTranscript?: string;
    }
  | { readonly type: "calling" }
  | { readonly type: "answered"; readonly format: string }
  | { readonly type: "greeting"; readonly greetingMs: number }
  | { readonly type: "turn"; readonly firstAudioMs: number }
  | { readonly type: "transcript"; readonly who: "caller" | "agent"; readonly text: string }
  | { readonly type: "key"; readonly digit: string }
  | { readonly type: "warning"; readonly message: string }
  | { readonly type: "ended"; readonly ok: boolean; readonly detail: string; readonly fix?: string };

/** A larger message is no message of our page. */
export const MAX_PAGE_MESSAGE_BYTES = 4096;

/** @returns undefined for anything that our page does not send. */
export function readPageMessage(text: string): FromPage | undefined {
  const message = parsed(text);
  switch (message?.type) {
    case "call": {
      const encoding = ENCODINGS.find((name) => name === message.encoding);
      return encoding && { type: "call", encoding };
    }
    case "hang-up":
      return { type: "hang-up" };
    case "key": {
      const { digit } = message;
      return typeof digit === "string" && /^[0-9*#A-D]$/.test(digit) ? { type: "key", digit } : undefined;
    }
    case "sound": {
      const { underruns, concealedMs } = message;
      return isCount(underruns) && isCount(concealedMs)
        ? { type: "sound", underruns, concealedMs }
        : undefined;
    }
    default:
      return undefined;
  }
}

function parsed(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

function isCount(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value) && value >= 0;
}
