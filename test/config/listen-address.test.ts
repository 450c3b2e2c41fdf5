import fc from "fast-check";
import { expect, test } from "vitest";
import { parseListenAddress } from "../../src/config/listen-address.js";

test.each([
  ["9464", { host: "127.0.0.1", port: 9464 }],
  ["0", { host: "127.0.0.1", port: 0 }],
  ["0.0.0.0:9464", { host: "0.0.0.0", port: 9464 }],
  ["[::]:9464", { host: "::", port: 9464 }],
  ["localhost:65535", { host: "localhost", port: 65_535 }],
])("%s", (text, address) => {
  expect(parseListenAddress(text)).toEqual(address);
});

test.each([
  "",
  ":9464",
  "65536",
  "0.0.0.0",
  "::9464",
  "[::]",
  "[1.2.3.4]:80",
  "http://x:80",
  "a b:80",
  "-1",
  "1e3",
])("%j is refused, with one that would do", (text) => {
  expect(() => parseListenAddress(text)).toThrow(
    expect.objectContaining({ instead: expect.stringMatching(/9464$/) }),
  );
});

test("any text is an address or refused in words", () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      try {
        const { port } = parseListenAddress(text);
        expect(port).toBeLessThanOrEqual(65_535);
      } catch (error) {
        expect(error).toHaveProperty("instead");
      }
    }),
  );
});
