import { describe, expect, it } from "vitest";
import { parseAddresses, parseList } from "../../src/config/allowed.js";
import { resolve } from "../../src/config/resolve.js";
import { BridgeError } from "../../src/errors.js";

describe("addresses", () => {
  it("stand with commas between them, or are given again", () => {
    expect(parseAddresses(["203.0.113.0/24, 198.51.100.7", "2001:db8::/32"])).toEqual([
      "203.0.113.0/24",
      "198.51.100.7",
      "2001:db8::/32",
    ]);
  });

  it.each([
    ["pbx.example.com", "203.0.113.0/24"],
    ["203.0.113.0/33", "203.0.113.0/24"],
    ["203.0.113.7/24", "203.0.113.0/24"],
    ["10.1.2.3/8", "10.0.0.0/8"],
  ])("%s is none: write %s", (wrong, instead) => {
    expect(() => parseAddresses([wrong])).toThrow(expect.objectContaining({ instead }));
  });
});

it.each([[[]], [[""]], [["a,"]], [["a,,b"]], [[" "]]])("an empty place in a list is a slip: %j", (texts) => {
  expect(() => parseList(texts)).toThrow(/empty place/);
});

it("lists come from flags, variables and files alike", () => {
  const lists = (given: object) => {
    const { allowAddress, allowAccount } = resolve("serve", { flags: {}, env: {}, ...given }).values;
    return [allowAddress, allowAccount];
  };
  const expected = [
    ["::1", "127.0.0.1"],
    ["a1", "b2"],
  ];
  expect(lists({ flags: { allowAddress: ["::1", "127.0.0.1"], allowAccount: ["a1,b2"] } })).toEqual(expected);
  const env = { SMARTPBX_ALLOW_ADDRESS: "::1,127.0.0.1", SMARTPBX_ALLOW_ACCOUNT: "a1\nb2" };
  expect(lists({ env })).toEqual(expected);
  const values = { allowAddress: ["::1", "127.0.0.1"], allowAccount: "a1, b2" };
  expect(lists({ file: { name: "smartpbx.config.js", values } })).toEqual(expected);
  const none = { name: "smartpbx.config.js", values: { allowAddress: [] } };
  // Not everybody because of a slip.
  expect(() => lists({ file: none })).toThrow(BridgeError);
});
