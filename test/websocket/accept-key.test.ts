import { expect, test } from "vitest";
import { acceptKey } from "../../src/websocket/accept-key.js";

test("the key of RFC 6455 section 1.3 is answered as it is there", () => {
  expect(acceptKey("dGhlIHNhbXBsZSBub25jZQ==")).toBe("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
});
