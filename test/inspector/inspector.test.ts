import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { realClock } from "../../src/clock.js";
import { Inspector } from "../../src/inspector/inspector.js";
import { type InspectorServer, serveInspector } from "../../src/inspector/inspector-server.js";
import type { SavedCall, ToPage } from "../../src/inspector/messages.js";
import { type Asking, askAt } from "../devices/browser-phone/ask.js";
import { temporaryFolder } from "../recording/calls.js";
import { recordExample } from "../report/example-call.js";

let inspector: Inspector;
let server: InspectorServer;
const pages: WebSocket[] = [];

const inspectorIn = (recordings: () => string | undefined) =>
  new Inspector({
    clock: realClock,
    version: "1.2.3",
    agent: "echo",
    showPersonal: false,
    recordings,
    endpoint: () => ({ url: "ws://127.0.0.1:1/media-stream", endpoint: "echo" }),
    phone: { link: "/phone#x", request: () => false, upgrade: () => false, close: () => {} },
    left: () => {},
  });

async function start(recordings?: string | (() => string | undefined)): Promise<void> {
  inspector = inspectorIn(typeof recordings === "function" ? recordings : () => recordings);
  server = await serveInspector(inspector, 0);
}

beforeEach(() => start());
afterEach(async () => {
  for (const page of pages.splice(0)) page.terminate();
  await server.close();
});

const ask = (path: string, asking?: Asking) => askAt(`${server.url}${path}`, asking);
const token = () => inspector.link.split("#")[1] as string;

async function openSession(shown: string, headers: object = { origin: server.url }) {
  const { status, body } = await ask("/session", { method: "POST", headers, body: shown });
  return status === 200
    ? (JSON.parse(body) as { state: string; key: string })
    : { state: String(status), key: "" };
}

/** A page's line, open; or the number that refused it. */
function dial(
  key: string,
  headers: Record<string, string> = { origin: server.url },
): Promise<WebSocket | number> {
  return new Promise((resolve, reject) => {
    const page = new WebSocket(`${server.url.replace("http", "ws")}/calls`, ["smartpbx-inspector", key], {
      headers,
    });
    pages.push(page);
    page.on("open", () => resolve(page));
    page.on("unexpected-response", (_, { statusCode = 0 }) => resolve(statusCode));
    page.on("error", reject);
  });
}

describe("who may look", () => {
  it("a page with the link's token, once; its key goes on", async () => {
    const shown = token();
    const { state, key } = await openSession(shown);
    expect(state).toBe("opened");
    expect(await openSession(shown)).toEqual({ state: "used" });
    expect(await openSession(key)).toEqual({ state: "opened", key });
    expect(await dial(key)).toBeInstanceOf(WebSocket);
  });

  it("nobody who guesses", async () => {
    expect(await openSession("guessed")).toEqual({ state: "refused" });
    expect(await dial("guessed")).toBe(403);
    expect(await dial(token())).toBe(403);
  });

  it.each([
    [{ origin: "http://evil.example" }, "403"],
    [{}, "403"],
    [{ origin: "http://evil.example", host: "evil.example" }, "421"],
    [{ origin: "http://192.168.1.7:8080", host: "192.168.1.7:8080" }, "421"],
  ])("no page from elsewhere: %j", async (headers, status) => {
    expect((await openSession(token(), headers)).state).toBe(status);
    const { key } = await openSession(token());
    expect(await dial(key, headers as Record<string, string>)).toBe(403);
  });

  it("nobody behind a proxy or a tunnel", async () => {
    expect((await ask("/", { headers: { "x-forwarded-for": "203.0.113.9" } })).status).toBe(421);
    expect((await ask("/", { headers: { host: "bridge.example" } })).status).toBe(421);
  });

  it("and nobody is told anything else", async () => {
    expect((await ask("/../package.json")).status).toBe(404);
    expect((await ask("/saved/x/report.html")).status).toBe(404);
    expect((await ask("/", { method: "DELETE" })).status).toBe(405);
    expect((await openSession("x".repeat(300))).state).toBe("413");
  });
});

it("the page loads nothing from elsewhere and has no secret in it", async () => {
  const { headers, body } = await ask("/");
  const policy = String(headers["content-security-policy"]);
  expect(policy).toMatch(/^default-src 'none'; script-src 'sha256-[^ ']+'; style-src 'sha256-/);
  expect(policy).not.toContain("unsafe");
  expect(headers["cache-control"]).toBe("no-store");
  expect(body).not.toContain(token());
  expect(body).not.toMatch(/(src|href)="(https?:)?\/\//);
});

describe("saved calls", () => {
  /** Resolves with the page's messages once `enough` of them are there. */
  async function told(enough: (messages: readonly ToPage[]) => boolean): Promise<ToPage[]> {
    const { key } = await openSession(token());
    const messages: ToPage[] = [];
    return new Promise((resolve) => {
      const page = new WebSocket(`${server.url.replace("http", "ws")}/calls`, ["smartpbx-inspector", key], {
        headers: { origin: server.url },
      });
      pages.push(page);
      page.on("message", (data) => {
        messages.push(JSON.parse(String(data)) as ToPage);
        if (enough(messages)) resolve(messages);
      });
    });
  }
  const listed = (messages: readonly ToPage[]): readonly SavedCall[] =>
    messages.flatMap((message) => (message.type === "saved" ? message.calls : []));

  it("are listed with their problems, and had under ids that nobody can guess", async () => {
    await server.close();
    const folder = await temporaryFolder();
    await recordExample(folder, {}, { showPersonal: true });
    await start(folder);
    const messages = await told((all) => all.some(({ type }) => type === "problems"));
    const [call] = listed(messages) as [SavedCall];
    expect(call.facts).toMatchObject({
      state: "closed",
      callId: "call-1",
      caller: "+94 77 *** **12",
      hasWav: true,
    });
    expect(call.id).toMatch(/^[\w-]{32}$/);
    const found = messages.find((message) => message.type === "problems") as ToPage & { type: "problems" };
    expect(found.problems.findings.length).toBeGreaterThan(0);

    const report = await ask(`/saved/${call.id}/report.html`);
    expect(report.headers["content-security-policy"]).toBe("sandbox allow-scripts");
    expect(report.body).toContain('id="document"');
    expect(report.body).not.toContain("+94771234512");
    const wav = await ask(`/saved/${call.id}/call.wav`);
    expect(wav.body.slice(0, 4)).toBe("RIFF");
    expect(wav.headers["content-disposition"]).toBe(`attachment; filename="${call.name}.wav"`);
    expect(JSON.parse((await ask(`/saved/${call.id}/call.vcon.json`)).body)).toHaveProperty("vcon");
    expect(JSON.parse((await ask(`/saved/${call.id}/call.har`)).body)).toHaveProperty("log");
    for (const path of [
      `/saved/${call.name}/report.html`,
      `/saved/${call.id}/call.json`,
      `/saved/${call.id}/..`,
    ])
      expect((await ask(path)).status, path).toBe(404);
  });

  it("that are broken say so and break nothing", async () => {
    await server.close();
    const folder = await temporaryFolder();
    const { mkdir, writeFile } = await import("node:fs/promises");
    await mkdir(`${folder}/bad`);
    await writeFile(`${folder}/bad/call.json`, "{");
    await start(folder);
    const messages = await told((all) => listed(all).length > 0);
    const [call] = listed(messages) as [SavedCall];
    expect(call).toMatchObject({ name: "bad", facts: { state: "broken" } });
    const { status, body } = await ask(`/saved/${call.id}/report.html`);
    expect([status, body]).toEqual([500, expect.stringContaining("not a recording")]);
  });

  it("are listed too when saving is switched on later", async () => {
    await server.close();
    const folder = await temporaryFolder();
    await recordExample(folder, {});
    let isOn = false;
    await start(() => (isOn ? folder : undefined));
    const messages = await told((all) => {
      // The page is there, and nothing is saved yet.
      isOn ||= all.some(({ type }) => type === "welcome");
      return listed(all).length > 0;
    });
    const saves = messages.flatMap((one) =>
      one.type === "welcome" || one.type === "saves" ? one.saves : [],
    );
    expect(saves).toEqual([false, true]);
    expect(listed(messages)).toMatchObject([{ facts: { callId: "call-1" } }]);
  });
});
