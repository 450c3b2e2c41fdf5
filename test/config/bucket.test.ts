import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { BadValue } from "../../src/config/bad-value.js";
import { parseBucket, parseHttpAddress } from "../../src/config/bucket.js";
import { resolve } from "../../src/config/resolve.js";

describe("a bucket", () => {
  it.each([
    ["s3://calls", { bucket: "calls", prefix: "" }],
    ["s3://calls/", { bucket: "calls", prefix: "" }],
    ["s3://my-calls.eu/line 1".replace(" ", "-"), { bucket: "my-calls.eu", prefix: "line-1/" }],
    ["s3://calls/of/2026/", { bucket: "calls", prefix: "of/2026/" }],
  ])("%s", (text, read) => {
    expect(parseBucket(text)).toEqual(read);
  });

  it.each([
    "",
    "calls",
    "https://calls",
    "s3://",
    "s3://ab",
    "s3://Calls",
    "s3://key:secret@calls",
    "s3://calls//a",
    "s3://calls/../b",
    "s3://calls/a?b",
    "s3://calls/a\nb",
    `s3://calls/${"a".repeat(600)}`,
  ])("is not %j", (text) => {
    expect(() => parseBucket(text)).toThrow(BadValue);
  });

  it("of any text is one that a key can be made of, or a bad value", () => {
    const anything = fc.oneof(
      fc.string(),

      fc.string().map((path) => `s3://calls/${path}`),
    );
    fc.assert(
      fc.property(anything, (text) => {
        try {
          expect(parseBucket(text).prefix).toMatch(/^([^/\s?#]+\/)*$/);
        } catch (error) {
          expect(error).toBeInstanceOf(BadValue);
        }
      }),
    );
  });
});

it.each([
  ["https://s3.example.com", "https://s3.example.com"],
  ["http://127.0.0.1:9000/", "http://127.0.0.1:9000"],
  ["https://example.com/store/", "https://example.com/store"],
])("an endpoint %s", (text, read) => {
  expect(parseHttpAddress(text)).toBe(read);
});

it.each([
  "",
  "s3.example.com",
  "wss://s3.example.com",
  "https://key:secret@s3.example.com",
  "https://a?b",
  "https://a#b",
])("no endpoint %j, and no key is repeated", (text) => {
  expect(() => parseHttpAddress(text)).toThrow(BadValue);
  expect(() => parseHttpAddress(text)).not.toThrow(/secret/);
});

it("needs recordings to upload, which record always has", () => {
  const flags = { upload: "s3://calls" };
  const given = (more: object) => ({ flags: { ...flags, ...more }, env: {} });
  expect(() => resolve("serve", given({}))).toThrow("--upload needs --record as well");
  expect(resolve("serve", given({ record: "saved" })).values.upload).toEqual({ bucket: "calls", prefix: "" });
  expect(resolve("record", given({ upstream: "ws://127.0.0.1:1" })).values.recordings).toBe("recordings");
  expect(() => resolve("serve", { flags: { record: "a", uploadDelete: true }, env: {} })).toThrow(
    /needs --upload/,
  );
});
