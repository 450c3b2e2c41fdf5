import { expect, it } from "vitest";
import { sbxml } from "../../src/protocol/sbxml.js";

it("is the vendor's document, to the letter", () => {
  expect(sbxml("wss://bridge.example.com/media-stream")).toBe(
    '<?xml version="1.0" encoding="UTF-8"?><Response><Connect><Stream url="wss://bridge.example.com/media-stream" /></Connect></Response>',
  );
});

it("cannot be broken out of", () => {
  expect(sbxml(`wss://h/?a=1&b="'><x>`)).toContain('url="wss://h/?a=1&amp;b=&quot;&apos;&gt;&lt;x&gt;" />');
});
