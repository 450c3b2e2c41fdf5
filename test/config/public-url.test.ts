import { expect, it } from "vitest";
import { BadValue } from "../../src/config/bad-value.js";
import { parsePublicUrl } from "../../src/config/public-url.js";

it.each([
  ["wss://pbx.example.com", "wss://pbx.example.com"],
  ["https://pbx.example.com/", "wss://pbx.example.com"],
  [" https://PBX.example.com:8443/ai/media?x=1 ", "wss://pbx.example.com:8443/ai/media?x=1"],
  ["wss://[2001:db8::1]:443/x", "wss://[2001:db8::1]/x"],
])("%s is %s", (given, read) => {
  expect(parsePublicUrl(given)).toBe(read);
});

it.each([
  ["http://pbx.example.com/x", "wss://pbx.example.com"],
  ["ws://pbx.example.com", "wss://pbx.example.com"],
  ["pbx.example.com", "wss://pbx.example.com"],
  ["https://me:s3cret@h", "wss://h"],
  ["https://h/#x", "wss://h"],
  ["", "wss://pbx.example.com"],
])("%j is none, and another would be", (given, instead) => {
  const fault = (() => {
    try {
      parsePublicUrl(given);
    } catch (error) {
      return error as BadValue;
    }
    return undefined;
  })();
  expect(fault).toBeInstanceOf(BadValue);
  expect(fault).toMatchObject({ instead });
  expect(fault!.message).not.toContain("s3cret");
});
