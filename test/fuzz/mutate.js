/** Inputs that nobody meant to send: seeds with bytes, fields and pieces changed, the same for the same number. */

/** Texts and numbers that readers of JSON, YAML and containers stumble over. */
const WORDS = [
  '"',
  "{",
  "}",
  "[",
  "]",
  ":",
  ",",
  "null",
  "true",
  "-1",
  "0",
  "1e999",
  "-0",
  "NaN",
  "9007199254740993",
  '"__proto__"',
  '"constructor"',
  '"toString"',
  '"\\ud83d"',
  '"\\u0000"',
  "{}",
  "[]",
  '""',
  "[[[[[[[[",
  "\u0000",
  "\ufeff",
  "\u2028",
  "\r\n",
  "- ",
  "? ",
  "&a ",
  "*a",
  "!!js",
  "<<: ",
  "---\n",
  "%YAML 9.9\n",
  "'",
  "#",
  "|",
  ">",
  "../",
  "%00",
  "data",
  "fmt ",
  "RIFF",
  "OggS",
  "\u001aE\u00df\u00a3",
  "\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff",
  "\u0001\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff",
].map((text) => Buffer.from(text, "latin1"));
const BYTES = [0, 1, 0x7f, 0x80, 0xff, 0x20, 0x22, 0x30];
const MOST_BYTES = 64 * 1024;

/** Numbers from 0 to below `limit`, the same for the same seed (xorshift32). */
export function dice(seed) {
  let state = (seed * 2654435761 + 0x9e3779b9) >>> 0 || 1;
  return (limit) => {
    state ^= state << 13;
    state >>>= 0;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return state % limit;
  };
}

export function mutate(seeds, roll) {
  let bytes = Buffer.from(seeds[roll(seeds.length)]);
  for (let times = roll(4) === 0 ? 1 + roll(12) : 1 + roll(3); times > 0; times--)
    bytes = change(bytes, seeds, roll);
  return bytes.length > MOST_BYTES ? bytes.subarray(0, MOST_BYTES) : bytes;
}

function change(bytes, seeds, roll) {
  const at = roll(bytes.length + 1);
  const end = Math.min(bytes.length, at + 1 + roll(roll(3) === 0 ? 64 : 8));
  const piece = bytes.subarray(at, end);
  const other = seeds[roll(seeds.length)];
  const from = roll(other.length + 1);
  switch (roll(10)) {
    case 0:
    case 1: {
      const changed = Buffer.from(bytes);
      if (at < changed.length) changed[at] = roll(2) ? BYTES[roll(BYTES.length)] : roll(256);
      return changed;
    }
    case 2: {
      const changed = Buffer.from(bytes);
      if (at < changed.length) changed[at] ^= 1 << roll(8);
      return changed;
    }
    case 3:
      return joined(bytes.subarray(0, at), bytes.subarray(end));
    case 4:
      return joined(
        bytes.subarray(0, end),
        ...new Array(1 + roll(roll(8) === 0 ? 200 : 4)).fill(piece),
        bytes.subarray(end),
      );
    case 5:
    case 6:
      return joined(bytes.subarray(0, at), WORDS[roll(WORDS.length)], bytes.subarray(roll(2) ? at : end));
    case 7:
      return joined(bytes.subarray(0, at), other.subarray(from, from + roll(64)), bytes.subarray(end));
    case 8:
      return joined(bytes.subarray(0, at), other.subarray(from));
    default:
      return bytes.subarray(0, at);
  }
}

function joined(...pieces) {
  return Buffer.concat(pieces);
}
