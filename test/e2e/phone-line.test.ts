/** The browser phone without a browser: what its page would do, so that it is tried where there is none. */
import { expect, it } from "vitest";
import { WebSocket } from "ws";
import { sine } from "../../src/audio/signal.js";
import { Watch } from "../../src/testing/watch.js";
import { type Bridge, serve } from "./bridge.js";

class FakePage {
  readonly told: { type: string; [field: string]: unknown }[] = [];
  heardBytes = 0;
  readonly #socket: WebSocket;
  readonly #watch = new Watch();

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on("message", (data, isBinary) => {
      if (isBinary) this.heardBytes += (data as Buffer).length;
      else this.told.push(JSON.parse(String(data)));
      this.#watch.changed();
    });
  }

  static async open(server: Bridge): Promise<FakePage> {
    const { origin, host, hash } = new URL(String((await server.first("phone")).url));
    const shown = { method: "POST", headers: { origin }, body: hash.slice(1) };
    const { key } = (await (await fetch(`${origin}/phone/session`, shown)).json()) as { key: string };
    return new FakePage(new WebSocket(`ws://${host}/phone/line`, ["smartpbx-phone", key], { origin }));
  }

  send(message: object | Int16Array): void {
    this.#socket.send(message instanceof Int16Array ? message : JSON.stringify(message));
  }

  async toldOf(type: string): Promise<object> {
    const find = () => this.told.find((message) => message.type === type);
    await this.#watch.until(() => find() !== undefined);
    return find() as object;
  }

  until(condition: () => boolean): Promise<void> {
    return this.#watch.until(condition);
  }

  close(): void {
    this.#socket.close();
  }
}

it("calls a server that wants a token, and hears it", async () => {
  const args = ["--phone", "--auth-header", "X-Api-Key", "--agent-option", "mode=instant"];
  const server = await serve(args, { env: { SMARTPBX_TOKEN: "s3cret" } });
  const page = await FakePage.open(server);
  expect(await page.toldOf("welcome")).toMatchObject({ endpoint: "echo", fixed: false });
  page.send({ type: "call", encoding: "opus" });
  expect(await page.toldOf("answered")).toMatchObject({ format: "opus/48000" });
  for (let k = 0; k < 10; k++) page.send(sine(440, -12, 20, 48_000));
  await page.until(() => page.heardBytes > 10 * 1920);
  page.send({ type: "sound", underruns: 2, concealedMs: 41.7 });
  page.send({ type: "hang-up" });
  expect(await page.toldOf("ended")).toMatchObject({ ok: true, detail: "you hung up" });
  await server.until(() => server.all("warning").length === 1, "a warning");
  expect(server.all("warning")[0]).toMatchObject({
    code: "speaker-underrun",
    message: "the browser phone heard 2 gaps of 42 ms in all",
  });

  // Once more, and away in mid-call.
  page.send({ type: "call", encoding: "g711_ulaw" });
  await server.until(() => server.all("call-started").length === 2, "a second call");
  page.close();
  await server.until(() => server.all("call-ended").length === 2, "its end");
  expect(server.all("call-ended").map(({ reason }) => reason)).toEqual(["caller-hung-up", "caller-hung-up"]);
  expect(await server.stop()).toBe(0);
  expect(server.output).not.toContain("s3cret");
});

it("learns that the server is full", async () => {
  const server = await serve(["--phone", "--max-calls", "1"]);
  const busy = new WebSocket(server.url);
  await new Promise((resolve) => busy.once("open", resolve));
  const page = await FakePage.open(server);
  await page.toldOf("welcome");
  page.send({ type: "call", encoding: "g711_ulaw" });
  expect(await page.toldOf("ended")).toMatchObject({
    ok: false,
    detail: expect.stringContaining("HTTP 503"),
  });
  busy.close();
  page.close();
});
