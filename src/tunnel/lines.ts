/** Turns a program's output, in whatever chunks it comes, into lines without colours. */
import { StringDecoder } from "node:string_decoder";

/** What is longer is no line that says an address. */
const LONGEST = 64 * 1024;

/** Colours and the like (CSI), and titles and links (OSC). */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this is about.
const ESCAPES = /\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)?|[@-Z\\^_])/g;

export class Lines {
  readonly #decoder = new StringDecoder("utf8");
  readonly #take: (line: string) => void;
  #rest = "";

  /** @param take is given every line that is not empty, in order. */
  constructor(take: (line: string) => void) {
    this.#take = take;
  }

  add(chunk: Uint8Array): void {
    const pieces = (this.#rest + this.#decoder.write(Buffer.from(chunk))).split(/\r\n|\n|\r/);
    this.#rest = (pieces.pop() ?? "").slice(-LONGEST);
    for (const piece of pieces) this.#give(piece);
  }

  /** The output is over: what stands after the last line end is a line too. */
  end(): void {
    this.#give(this.#rest + this.#decoder.end());
    this.#rest = "";
  }

  #give(piece: string): void {
    const line = piece.replace(ESCAPES, "").trimEnd();
    if (line !== "") this.#take(line);
  }
}
