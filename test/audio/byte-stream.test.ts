import fc from "fast-check";
import { expect, test } from "vitest";
import { ByteStream, read, type StreamParser, seek, skip } from "../../src/audio/byte-stream.js";
import { cut } from "./chunks.js";

const MAGIC = 0x2a2a2a21; // "***!"

/** Records of "***!", a length, that many bytes, and two bytes to skip. */
function* records(emit: (text: string) => void): StreamParser {
  for (;;) {
    yield seek(MAGIC);
    const [length] = yield read(1);
    const text = yield read(length!);
    yield skip(2);
    emit(Buffer.from(text).toString("latin1"));
  }
}

function parse(chunks: Uint8Array[]): string[] {
  const found: string[] = [];
  const stream = new ByteStream(records((text) => found.push(text)));
  for (const chunk of chunks) stream.push(chunk);
  return found;
}

test("reads, skips and seeks give the same at any chunking", () => {
  const bytes = Buffer.from("noise*****!\x05hello--***!\x00--***\x01***!\x03abc--***!\x04ab", "latin1");
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 1 }), (sizes) => {
      expect(parse(cut(bytes, [...sizes, 1]))).toEqual(["hello", "", "abc"]);
    }),
  );
});

test("a parser goes on with the very byte that completes its want", () => {
  const bytes = Buffer.from("***!\x01x--", "latin1");
  expect(parse([bytes.subarray(0, -1)])).toEqual([]);
  expect(parse([bytes.subarray(0, -1), bytes.subarray(-1)])).toEqual(["x"]);
});

test("does not write to the chunks it was given, nor to bytes it has handed out", () => {
  const chunk = Buffer.from("***!\x02ab--***!\x02c", "latin1");
  const before = Buffer.from(chunk);
  const pieces: Uint8Array[] = [];
  function* keep(): StreamParser {
    for (;;) pieces.push(yield read(4));
  }
  const stream = new ByteStream(keep());
  for (let i = 0; i < 3; i++) stream.push(chunk);
  expect(chunk).toEqual(before);
  expect(Buffer.concat(pieces)).toEqual(Buffer.concat([chunk, chunk, chunk]).subarray(0, pieces.length * 4));
});
