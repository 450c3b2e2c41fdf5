import type { IncomingMessage } from "node:http";
import { describe, expect, it } from "vitest";
import { foreignRequest, PhoneAccess } from "../../../src/devices/browser-phone/access.js";

describe("the link's token", () => {
  it("opens the phone once, and its key goes on opening it", () => {
    const access = new PhoneAccess();
    const { token } = access;
    const opened = access.open(token);
    expect(opened.state).toBe("opened");
    expect(access.admits((opened as { key: string }).key)).toBe(true);
    expect(access.open(token)).toEqual({ state: "used" });
  });

  it("is as good as secret: long, different each time, and nothing else is taken for it", () => {
    const access = new PhoneAccess();
    expect(access.token.length).toBeGreaterThanOrEqual(32);
    expect(new PhoneAccess().token).not.toBe(access.token);
    for (const wrong of ["", access.token.slice(1), `${access.token}x`, "undefined"])
      expect(access.open(wrong)).toEqual({ state: "refused" });
    expect(access.admits("")).toBe(false);
    expect(access.admits(access.token)).toBe(false);
  });

  it("is followed by a new one, whose page takes over", () => {
    const access = new PhoneAccess();
    const old = access.token;
    const { key } = access.open(old) as { key: string };
    access.renew();
    expect(access.admits(key)).toBe(true);
    expect(access.open(access.token).state).toBe("opened");
    expect(access.admits(key)).toBe(false);
    expect(access.open(old)).toEqual({ state: "used" });
  });
});

describe("where a request comes from", () => {
  const from = (headers: Record<string, string>, own = { host: "127.0.0.1", tls: false }) =>
    foreignRequest({ headers } as unknown as IncomingMessage, own);

  it.each(["127.0.0.1:8080", "localhost:9000", "[::1]:8080", "192.168.1.7:8080", "localhost"])(
    "%s is ours",
    (host) => expect(from({ host, origin: `http://${host}` })).toBeUndefined(),
  );

  it("the name that we listen on is ours, over TLS too", () => {
    const own = { host: "phone.example", tls: true };
    expect(from({ host: "phone.example:8443", origin: "https://phone.example:8443" }, own)).toBeUndefined();
    expect(from({ host: "phone.example", origin: "https://phone.example" }, own)).toBeUndefined();
    expect(from({ host: "phone.example", origin: "http://phone.example" }, own)).toBe("origin");
  });

  it.each(["evil.example:8080", "localhost.evil.example", "127.0.0.1.evil.example:8080", "", "a b", "@evil"])(
    "the name %j could be anybody's",
    (host) => expect(from({ host, origin: `http://${host}` })).toBe("host"),
  );

  it.each([
    "http://evil.example",
    "http://127.0.0.1:3000",
    "https://127.0.0.1:8080",
    "null",
    "",
    "127.0.0.1:8080",
  ])("a page of %j is not ours", (origin) => expect(from({ host: "127.0.0.1:8080", origin })).toBe("origin"));

  it("what says no origin is no page", () => {
    expect(from({ host: "127.0.0.1:8080" })).toBe("origin");
  });
});
