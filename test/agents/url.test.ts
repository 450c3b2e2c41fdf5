/** What a hostile caller's ids may do to an agent's URL: nothing. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fillUrl } from "../../src/agents/url.js";
import { callInfo } from "./call.js";

describe("filling in a URL", () => {
  it("puts every value in its place", () => {
    const template = "ws://host/{callId}/{accountId}?from={caller}&to={callee}&again={callId}";
    expect(fillUrl(template, callInfo())).toBe(
      "ws://host/call-1/account-1?from=%2B12025550101&to=%2B12025550199&again=call-1",
    );
  });

  it("keeps any value in its place", () => {
    const text = fc.oneof(
      fc.string({ unit: "binary" }),
      fc.constantFrom(".", "..", "../..", "%2e%2e", "\ud800", "?#&=/"),
    );
    fc.assert(
      fc.property(text, text, (callId, caller) => {
        const url = new URL(fillUrl("ws://host:1/a/{callId}/b?x={caller}&y=1", callInfo({ callId, caller })));
        expect(url.host).toBe("host:1");
        expect(url.pathname).toMatch(/^\/a\/[^/]*\/b$/);
        expect([...url.searchParams.keys()]).toEqual(["x", "y"]);
        expect(url.searchParams.get("x")).toBe(
          /^\.{1,2}$/.test(caller) ? "_".repeat(caller.length) : Buffer.from(caller).toString(),
        );
      }),
    );
  });
});
