/** Every check at the door, and the order in which they speak. */
import type { IncomingMessage } from "node:http";
import { describe, expect, it } from "vitest";
import { Door, type DoorSettings } from "../../src/bridge/door.js";
import { refusalText } from "../../src/bridge/refusals.js";
import { ManualClock } from "../../src/clock.js";
import { REFUSAL_CAUSES } from "../../src/monitoring/metric-table.js";

const OPEN = { isDraining: false, calls: 0 };
const RIGHT = { "x-api-key": "right" };
const SETTINGS = { path: "/media", auth: { header: "X-Api-Key", tokens: ["right"] }, maxCalls: 2 };

function door(settings: Partial<DoorSettings> = {}): Door {
  return new Door({ ...SETTINGS, ...settings }, new ManualClock());
}

function from(remoteAddress: string, headers: object = RIGHT, url = "/media"): IncomingMessage {
  return { url, headers, socket: { remoteAddress } } as unknown as IncomingMessage;
}

const PBX = from("203.0.113.5");

describe("the door", () => {
  it("opens for the right token on the right path, while there is room", () => {
    expect(door().knock(PBX, OPEN).refused).toBeUndefined();
    expect(door().knock(from("::1", RIGHT, "/media?x=1"), OPEN).refused).toBeUndefined();
    expect(door().knock(from("::1", RIGHT, "/other"), OPEN).refused).toBe("wrong-path");
    expect(door().knock(from("::1", {}), OPEN).refused).toBe("wrong-token");
    expect(door().knock(PBX, { isDraining: true, calls: 0 }).refused).toBe("draining");
    expect(door().knock(PBX, { isDraining: false, calls: 2 }).refused).toBe("full");
  });

  it("opens for the addresses in the list only, whatever token others have", () => {
    const listed = door({ allowAddresses: ["203.0.113.0/24", "2001:db8::/32"] });
    for (const address of ["203.0.113.5", "::ffff:203.0.113.5", "2001:db8::9"])
      expect(listed.knock(from(address), OPEN).refused).toBeUndefined();
    for (const address of ["203.0.114.5", "127.0.0.1", "2001:db9::1", ""])
      expect(listed.knock(from(address), OPEN).refused).toBe("wrong-address");
    const pretending = from("198.51.100.1", { ...RIGHT, "x-forwarded-for": "203.0.113.5" });
    expect(listed.knock(pretending, OPEN).refused).toBe("wrong-address");
  });

  it("behind a trusted proxy it looks at who asked the proxy, and trusts no list without an address", () => {
    const listed = door({ allowAddresses: ["203.0.113.0/24"], trustedProxies: ["10.0.0.0/8"] });
    const asked = (by: string) => from("10.0.0.1", { ...RIGHT, "x-forwarded-for": by });
    expect(listed.knock(asked("203.0.113.5"), OPEN).refused).toBeUndefined();
    for (const by of ["198.51.100.1", "203.0.113.5, 198.51.100.1", "203.0.113.5, garbage"])
      expect(listed.knock(asked(by), OPEN).refused).toBe("wrong-address");
    expect(listed.knock(from("10.0.0.1"), OPEN).refused).toBe("wrong-address");
  });

  it("slows down who knocks too often, also with wrong tokens", () => {
    const limited = door({ addressRatePerS: 2 });
    const wrong = from("198.51.100.1", { "x-api-key": "guess" });
    const answers = [1, 2, 3].map(() => limited.knock(wrong, OPEN).refused);
    expect(answers).toEqual(["wrong-token", "wrong-token", "address-too-fast"]);
    expect(limited.knock(from("198.51.100.1"), OPEN).refused).toBe("address-too-fast");
    expect(limited.knock(PBX, OPEN).refused).toBeUndefined();
  });

  it("takes so many calls at a time from one address, until one is over", () => {
    const limited = door({ addressCalls: 1 });
    const first = limited.knock(PBX, OPEN);
    if (first.refused) throw new Error(first.refused);
    const leave = first.enter();
    expect(limited.knock(PBX, OPEN).refused).toBe("address-full");
    expect(limited.knock(from("203.0.113.6"), OPEN).refused).toBeUndefined();
    leave();
    expect(limited.knock(PBX, OPEN).refused).toBeUndefined();
  });
});

it("whoever is refused learns a status, and when to come again", () => {
  for (const cause of REFUSAL_CAUSES) {
    if (cause === "wrong-account") continue;
    expect(refusalText(cause)).toMatch(/^HTTP\/1\.1 4\d\d |^HTTP\/1\.1 503 /);
    expect(refusalText(cause)).toMatch(/\r\n\r\n$/);
  }
  expect(refusalText("wrong-address")).toMatch(/^HTTP\/1\.1 403 /);
  expect(refusalText("address-full")).toContain("\r\nRetry-After: 5\r\n");
  expect(refusalText("address-too-fast")).toContain("\r\nRetry-After: 1\r\n");
});
