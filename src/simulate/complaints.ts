/** What an endpoint does wrong: counted always, said once, with the reason why it matters. */
import type { MediaFormat } from "../audio/format.js";
import type { CallInfo, EndpointMessage, Fault } from "../protocol/messages.js";

export type ComplaintCode =
  | Fault["code"]
  | "missing-ids"
  | "wrong-ids"
  | "not-media"
  | "odd-length-pcm"
  | "flood"
  | "congested"
  | "no-dtmf";

export class Complaints {
  readonly #info: CallInfo;
  readonly #say: (code: ComplaintCode, message: string) => void;
  readonly #counts = new Map<ComplaintCode, number>();

  constructor(info: CallInfo, say: (code: ComplaintCode, message: string) => void) {
    this.#info = info;
    this.#say = say;
  }

  /** How often each thing happened. */
  get counts(): Readonly<Partial<Record<ComplaintCode, number>>> {
    return Object.fromEntries(this.#counts);
  }

  /** Media came that a real PBX would not play. */
  get refusedMedia(): boolean {
    return this.#counts.has("missing-ids") || this.#counts.has("wrong-ids");
  }

  /** Whether a real PBX would play this message. */
  accepts(message: EndpointMessage): boolean {
    const { callId, accountId } = this.#info;
    if (message.callId === undefined || message.accountId === undefined) {
      const missing = [!message.callId && "callId", !message.accountId && "accountId"].filter(Boolean);
      this.#add("missing-ids", `Media without ${missing.join(" and ")}: a real PBX plays silence instead.`);
      return false;
    }
    if (message.callId !== callId || message.accountId !== accountId) {
      const wrong = [message.callId !== callId && "callId", message.accountId !== accountId && "accountId"];
      this.#add(
        "wrong-ids",
        `Media with another call's ${wrong.filter(Boolean).join(" and ")}: a real PBX plays silence instead.`,
      );
      return false;
    }
    if (isOdd(message, this.#info.format)) {
      this.#add(
        "odd-length-pcm",
        "A pcm16 payload has an odd number of bytes: a PBX that does not carry the odd byte over plays noise.",
      );
    }
    return true;
  }

  unusable(message: Fault | { readonly type: "unknown"; readonly event: string }): void {
    if (message.type === "unknown") {
      this.#add("not-media", `The PBX knows no "${message.event}" message: it takes media and nothing else.`);
    } else {
      this.#add(
        message.code,
        `A message cannot be read (${message.detail}): a real PBX plays nothing of it.`,
      );
    }
  }

  binary(): void {
    this.#add("binary-frame", "A binary frame came: the PBX reads JSON text, and plays nothing of this.");
  }

  flood(): void {
    this.#add(
      "flood",
      "More than 60 s of audio wait to be heard. The PBX has no clear: send audio at the pace in which it is heard, or the caller cannot interrupt it.",
    );
  }

  congested(): void {
    this.#add("congested", "The endpoint reads too slowly: some of the caller's audio was not sent.");
  }

  noDtmf(): void {
    this.#add("no-dtmf", "This profile's document knows no dtmf message, so the key was not sent.");
  }

  #add(code: ComplaintCode, message: string): void {
    const count = this.#counts.get(code) ?? 0;
    this.#counts.set(code, count + 1);
    if (count === 0) this.#say(code, message);
  }
}

function isOdd({ payload }: EndpointMessage, format: MediaFormat): boolean {
  return format.encoding === "pcm16" && payload.bytes.length % 2 === 1;
}
