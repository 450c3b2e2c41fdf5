/** Reads key presses out of what a terminal in raw mode sends, and leaves out everything that is no plain key. */

const ESC = "\x1b";
/** ESC [ parameters intermediates final (ECMA-48): arrows, function keys, and keys as code points (`CSI 104;1u`). */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what a terminal sends.
const CSI = /^\x1b\[([\x30-\x3f]*)[\x20-\x2f]*([\x40-\x7e])/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: the same.
const UNFINISHED = /^\x1b(\[[\x20-\x3f]*|O)?$/;
/** No sequence that means anything is longer: what goes on is thrown away with its beginning. */
const LONGEST_SEQUENCE = 32;

/**
 * Node's own `emitKeypressEvents` turns sequences it does not know into digits, which would be dialled here.
 *
 * A key is the character it types (`h`, `5`, ` `), or `^C` for a control character. Arrows, function keys and keys with Alt
 * give nothing. The Escape key is `^[`, when `flush` says that nothing follows it.
 */
export class KeyParser {
  /** The beginning of a sequence whose rest has not come. */
  #held = "";

  /** The keys that `text` completes. */
  push(text: string): string[] {
    const keys: string[] = [];
    let rest = this.#held + text;
    // Escape alone, and then something that begins no sequence: two presses.
    if (this.#held === ESC && !/^[[O]/.test(text)) rest = text;
    this.#held = "";
    while (rest !== "") {
      if (rest[0] !== ESC) {
        const key = String.fromCodePoint(rest.codePointAt(0) as number);
        keys.push(nameOf(key));
        rest = rest.slice(key.length);
        continue;
      }
      if (UNFINISHED.test(rest)) {
        if (rest.length <= LONGEST_SEQUENCE) this.#held = rest;
        break;
      }
      const sequence = CSI.exec(rest);
      if (sequence?.[2] === "u") keys.push(...codePointKey(sequence[1] as string));
      // ESC O x is a function key; ESC and another character is that key with Alt.
      rest = rest.slice(sequence?.[0].length ?? (rest[1] === "O" ? 3 : 2));
    }
    return keys;
  }

  /** An Escape that may begin a sequence, or be the key. */
  get isWaiting(): boolean {
    return this.#held === ESC;
  }

  /** Nothing has followed for a while: an Escape was the key. */
  flush(): string[] {
    if (!this.isWaiting) return [];
    this.#held = "";
    return ["^["];
  }
}

/** `104;5u` of the kitty protocol: code point, then modifiers + 1 (shift 1, alt 2, ctrl 4), then press or release. */
function codePointKey(parameters: string): string[] {
  const match = /^(\d{1,7})(?::\d*)*(?:;(\d+)(?::(\d))?)?$/.exec(parameters);
  const codePoint = Number(match?.[1]);
  const modifiers = Number(match?.[2] ?? 1) - 1;
  const isRelease = match?.[3] === "3";
  if (codePoint === 27 && !isRelease && modifiers === 0) return ["^["];
  if (!match || isRelease || codePoint < 32 || codePoint > 0x10ffff || (modifiers & 2) !== 0) return [];
  const character = String.fromCodePoint(codePoint);
  return [(modifiers & 4) !== 0 ? `^${character.toUpperCase()}` : character];
}

function nameOf(character: string): string {
  const code = character.charCodeAt(0);
  if (code === 0x7f) return "^?";
  return code < 32 ? `^${String.fromCharCode(code + 64)}` : character;
}
