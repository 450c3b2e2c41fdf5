import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { ManualClock } from "../../../src/clock.js";
import { BrowserPhone, type PhoneUser } from "../../../src/devices/browser-phone/browser-phone.js";
import { type PhoneServer, servePhone } from "../../../src/devices/browser-phone/phone-server.js";
import { type Asking, askAt } from "./ask.js";

const FRAME = Buffer.alloc(1920);

let clock: ManualClock;
let phone: BrowserPhone;
let server: PhoneServer;
let host: string;
/** What the phone's user was told, in order. */
let told: string[];
const pages: WebSocket[] = [];

beforeEach(async () => {
  clock = new ManualClock();
  told = [];
  const user: PhoneUser = {
    welcome: () => ({ type: "welcome", endpoint: "echo", encoding: "pcm16", fixed: false }),
    call: (encoding) => told.push(`call ${encoding}`),
    audio: ({ length }) => told.push(`audio ${length}`),
    key: (digit) => told.push(`key ${digit}`),
    hangUp: () => told.push("hang-up"),
    sound: (underruns) => told.push(`sound ${underruns}`),
    left: () => told.push("left"),
  };
  phone = new BrowserPhone({ user, clock, host: "127.0.0.1", tls: false });
  server = await servePhone(phone);
  host = new URL(server.url).host;
});

afterEach(async () => {
  for (const page of pages.splice(0)) page.terminate();
  await server.close();
});

const ask = (path: string, asking?: Asking) => askAt(`${server.url}${path}`, asking);
const token = () => phone.link.split("#")[1]!;

async function openSession(
  shown: string,
  headers: object = { origin: server.url },
): Promise<{ state: string; key?: string }> {
  const { status, body } = await ask("/phone/session", { method: "POST", headers, body: shown });
  return status === 200 ? JSON.parse(body) : { state: String(status) };
}

/** A page's line, open; or the number that refused it. */
function dial(
  key: string,
  headers: Record<string, string> = { origin: server.url },
): Promise<WebSocket | number> {
  return new Promise((resolve) => {
    const page = new WebSocket(`ws://${host}/phone/line`, ["smartpbx-phone", key], { headers });
    pages.push(page);
    page.on("error", () => {});
    page.once("unexpected-response", (_, response) => resolve(response.statusCode ?? 0));
    page.once("open", () => resolve(page));
  });
}

async function opened(): Promise<WebSocket> {
  const { key } = await openSession(token());
  return (await dial(key!)) as WebSocket;
}

const closing = (page: WebSocket) => new Promise<number>((resolve) => page.once("close", resolve));

/** Resolves when the user has been told so many things. */
async function toldAll(count: number): Promise<void> {
  while (told.length < count) await new Promise((resolve) => setImmediate(resolve));
}

describe("the page", () => {
  it("is kept to its own origin", async () => {
    const { status, headers } = await ask("/phone");
    expect(status).toBe(200);
    expect(headers["content-security-policy"]).toContain("default-src 'none'");
    expect(headers["content-security-policy"]).not.toContain("unsafe");
    expect(headers).toMatchObject({ "referrer-policy": "no-referrer", "cache-control": "no-store" });
  });

  it("comes with every file that it names, and these with those that they import", async () => {
    const seen = new Set(["/phone"]);
    for (const path of seen) {
      const { status, headers, body } = await ask(path);
      expect(status, path).toBe(200);
      const base = `http://phone${path}`;
      if (!/html|javascript/.test(String(headers["content-type"]))) continue;
      for (const [, named] of body.matchAll(/(?:href|src|from |addModule\()=?"([./][^"]+)"/g))
        seen.add(new URL(named!, base).pathname);
    }
    expect(seen).toContain("/phone/speaker-worklet.js");
    expect(seen).toContain("/phone/audio/jitter-buffer.js");
  });

  it("shows nothing to a name that was made to lead here", async () => {
    expect((await ask("/phone", { headers: { host: "evil.example" } })).status).toBe(421);
  });

  it.each([
    "/phone/../access.ts",
    "/phone/%2e%2e/access.ts",
    "/phone/page-files.js",
    "/phone/constructor",
    "/phone/tsconfig.json",
  ])("has nothing else below it: %s", async (path) => expect((await ask(path)).status).toBe(404));
});

describe("the line", () => {
  it("opens with the link's token, once", async () => {
    const used = token();
    const page = await opened();
    page.send(JSON.stringify({ type: "call", encoding: "opus" }));
    page.send(FRAME);
    page.send(JSON.stringify({ type: "key", digit: "7" }));
    page.send(JSON.stringify({ type: "sound", underruns: 1, concealedMs: 20 }));
    page.send(JSON.stringify({ type: "hang-up" }));
    await toldAll(5);
    expect(told).toEqual(["call opus", "audio 960", "key 7", "sound 1", "hang-up"]);
    expect(await openSession(used)).toEqual({ state: "in-use" });
    const closed = closing(page);
    page.close();
    await closed;
    expect(await openSession(used)).toEqual({ state: "used" });
  });

  it("is refused without the key, or with a wrong one", async () => {
    expect(await openSession("guessed")).toEqual({ state: "refused" });
    expect(await dial("guessed")).toBe(403);
    expect(await dial(token())).toBe(403);
  });

  it("is refused to pages of others, even with the key", async () => {
    expect(await openSession(token(), { origin: "http://evil.example" })).toEqual({ state: "403" });
    expect(await openSession(token(), {})).toEqual({ state: "403" });
    const { key } = await openSession(token());
    expect(await dial(key!, { origin: "http://evil.example" })).toBe(403);
    expect(await dial(key!, { origin: server.url, host: "evil.example" })).toBe(403);
    expect(await dial(key!, { origin: "http://evil.example", host: "evil.example" })).toBe(403);
    expect(await dial(key!)).toBeInstanceOf(WebSocket);
  });

  it("belongs to one page at a time: the second is told so, the first goes on", async () => {
    const { key } = await openSession(token());
    const first = (await dial(key!)) as WebSocket;
    const second = (await dial(key!)) as WebSocket;
    expect(await closing(second)).toBe(4409);
    expect(await openSession(key!)).toEqual({ state: "in-use" });
    first.send(JSON.stringify({ type: "key", digit: "1" }));
    await toldAll(1);
    expect(told).toEqual(["key 1"]);
  });

  it.each([
    ["sound of another length", Buffer.alloc(1918)],
    ["no JSON", "call me"],
    ["no message of ours", JSON.stringify({ type: "eval", code: "1" })],
    ["more than fits", "x".repeat(5000)],
  ])("ends with a hang-up when the page sends %s", async (_, message) => {
    const page = await opened();
    page.send(message);
    expect([4400, 1009]).toContain(await closing(page));
    await toldAll(1);
    expect(told).toEqual(["hang-up"]);
  });

  it("ends when the page floods it", async () => {
    const page = await opened();
    for (let i = 0; i < 1000; i++) page.send(FRAME);
    expect(await closing(page)).toBe(4400);
    expect(told.filter((what) => what === "hang-up")).toHaveLength(1);
    expect(told.filter((what) => what === "audio 960")).toHaveLength(600);
  });

  it("hangs up when the page no longer answers, as on a computer that sleeps", async () => {
    const { key } = await openSession(token());
    const asleep = new WebSocket(`ws://${host}/phone/line`, ["smartpbx-phone", key!], {
      headers: { origin: server.url },
      autoPong: false,
    });
    pages.push(asleep);
    await new Promise((resolve) => asleep.once("open", resolve));
    clock.advance(15_000);
    await new Promise((resolve) => asleep.once("ping", resolve));
    expect(told).toEqual([]);
    clock.advance(15_000);
    await toldAll(1);
    expect(told).toEqual(["hang-up"]);
  });

  it("lets a page that answers be", async () => {
    const page = await opened();
    for (let asked = 0; asked < 3; asked++) {
      const ponged = new Promise((resolve) => page.once("ping", resolve));
      clock.advance(15_000);
      await ponged;
      // The answer is read before what the page says next.
      page.send(FRAME);
      await toldAll(asked + 1);
    }
    expect(told).toEqual(["audio 960", "audio 960", "audio 960"]);
  });

  it("hangs up when the page is closed; one that is loaded again goes on with its key", async () => {
    const { key } = await openSession(token());
    ((await dial(key!)) as WebSocket).close();
    await toldAll(1);
    expect(told).toEqual(["hang-up"]);
    clock.advance(1000);
    expect(await openSession(key!)).toEqual({ state: "opened", key });
    expect(await dial(key!)).toBeInstanceOf(WebSocket);
    clock.advance(60_000);
    expect(told).toEqual(["hang-up"]);
  });

  it("has a new link when the page does not come back", async () => {
    const old = token();
    (await opened()).close();
    await toldAll(1);
    clock.advance(4000);
    expect(told).toEqual(["hang-up", "left"]);
    expect(token()).not.toBe(old);
    expect((await openSession(token())).state).toBe("opened");
  });

  it("says goodbye when the program ends", async () => {
    const page = await opened();
    const closed = closing(page);
    phone.close();
    expect(await closed).toBe(1001);
  });
});
