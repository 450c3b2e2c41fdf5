/** What every agent kind must do. One suite, run over all of them. */
import { afterEach, describe, expect, it } from "vitest";
import { resolveAgent } from "../../src/agents/index.js";
import type { MediaFormat } from "../../src/audio/format.js";
import { BridgeError } from "../../src/errors.js";
import type { FakeConnection, FakeServer, FakeServerOptions } from "../../src/testing.js";
import { callInfo, connect, pattern, payload, Reports, rawStart } from "./call.js";
import { describeConversation } from "./conversation.js";
import { describeReplay } from "./replayed.js";

export interface Wire<C extends FakeConnection = FakeConnection> {
  /** The spec for a far end at this URL. */
  spec(url: string): string;
  options?: Readonly<Record<string, string>>;
  start(options?: FakeServerOptions): Promise<FakeServer<C>>;
  speak(connection: C, audio: Uint8Array): void;
  /** Payloads pass through: there is no playout here that could be tried. */
  passthrough?: boolean;
  /** The format that `speak` takes in a call with μ-law, where that is not μ-law itself. */
  speaks?: MediaFormat;
  /** The far end ends the conversation as this wire has it. */
  end(connection: C): void;
  /** What the far end was told of interruptions, in ms; absent where the wire has no word for it. */
  interruptions?(connection: C): readonly number[];
  /** The same, where the far end is told only of what it has said: of no use in the first half of the contract. */
  heard?(connection: C): readonly number[];
  digits?(connection: C): readonly string[];
  /** The model is interrupted by the caller: what the vendor sends when its voice detector hears speech over a reply. */
  interrupt?(connection: C): void;
  /** Audio of the reply that was interrupted, still arriving after `interrupt`: must never be heard. */
  speakLate?(connection: C, audio: Uint8Array): void;
  /** The reply is complete. */
  endTurn?(connection: C): void;
  transcribe?(connection: C, who: "caller" | "agent", text: string): void;
  /** The model calls a tool. */
  callTool?(connection: C, id: string, name: string, args: Readonly<Record<string, unknown>>): void;
  /** What the far end got as answers to tool calls, in order. */
  toolResults?(connection: C): readonly { readonly id: string; readonly output: string }[];
  /** The model takes a tool call back. */
  cancelTool?(connection: C, id: string): void;
  /** A far end whose sessions end soon, so that a call outlives one: in another session it goes on, unheard. */
  brief?: { readonly options: Readonly<Record<string, string>>; start(): Promise<FakeServer<C>> };
  /** A module of one's own throws plain errors: it is never told apart why there is no connection. */
  refusedCode?: "agent-unreachable";
}

const SIZES = [1, 2, 159, 160, 640, 961, 32_000];

export function describeWire<C extends FakeConnection>(name: string, wire: Wire<C>): void {
  if (!wire.passthrough) describeConversation(name, wire);
  describeReplay(name, wire);
  describe(`the contract, for ${name}`, () => {
    const open: FakeServer<C>[] = [];
    const start = async (options?: FakeServerOptions) => {
      const server = await wire.start(options);
      open.push(server);
      return server;
    };
    const dial = async (server: FakeServer<C>) => {
      const connected = await connect(wire.spec(server.url), { options: wire.options });
      return { ...connected, far: await server.next() };
    };
    /** Gives an earlier connection the time of a whole other call to say what it should not say. */
    const anotherCall = async (server: FakeServer<C>) => {
      const { leg, reports, far } = await dial(server);
      wire.speak(far, pattern(160));
      await reports.until(({ audio }) => audio.length === 160);
      leg.close(1000, "over");
      await far.ended;
      await server.untilOpen(0);
    };
    const connectTo = (url: string, signal?: AbortSignal) =>
      connect(wire.spec(url), { options: wire.options, signal });
    afterEach(async () => {
      for (const server of open.splice(0)) await server.close();
    });

    it("carries audio both ways, byte for byte", async () => {
      const { leg, reports, far } = await dial(await start());
      const chunks = SIZES.map((size, index) => pattern(size, index));
      const total = Buffer.concat(chunks);
      for (const chunk of chunks) leg.send(payload(chunk));
      await far.until(() => far.heardBytes === total.length);
      expect(far.heard.equals(total)).toBe(true);
      for (const chunk of chunks) wire.speak(far, chunk);
      await reports.until(() => reports.audio.length === total.length);
      expect(reports.audio.equals(total)).toBe(true);
      expect(reports.events.every((event) => event.type === "audio")).toBe(true);
      expect(far.faults).toEqual([]);
    });

    it("sends the given headers with the request", async () => {
      const server = await start();
      await connect(wire.spec(server.url), { options: wire.options, headers: { "X-Key": "secret" } });
      expect((await server.next()).headers["x-key"]).toBe("secret");
    });

    it("takes keys and interruptions between audio, and tells them where the wire can", async () => {
      const { leg, far } = await dial(await start());
      leg.dtmf?.("5", 120);
      leg.interrupt(1234, "item");
      leg.send(payload(pattern(320)));
      await far.until(() => far.heardBytes === 320);
      if (wire.digits) expect(wire.digits(far)).toEqual(["5"]);
      if (wire.interruptions) expect(wire.interruptions(far)).toEqual([1234]);
      expect(far.faults).toEqual([]);
    });

    it.each([401, 403, 404, 500, 503])("says that it was refused with HTTP %i", async (refuseWith) => {
      const server = await start({ refuseWith });
      const refused = connectTo(server.url);
      await expect(refused).rejects.toBeInstanceOf(BridgeError);
      await expect(refused).rejects.toMatchObject({
        code: wire.refusedCode ?? "agent-refused",
        message: expect.stringContaining(String(refuseWith)),
      });
    });

    it("says that nothing listens", async () => {
      const server = await wire.start();
      await server.close();
      await expect(connectTo(server.url)).rejects.toMatchObject({ code: "agent-unreachable", exitCode: 3 });
    });

    it("reports exactly one failed end when the agent dies", async () => {
      const { leg, reports, far } = await dial(await start());
      far.cut();
      await reports.until(() => reports.of("closed").length > 0);
      leg.send(payload(pattern(160)));
      leg.interrupt(1);
      leg.dtmf?.("1");
      leg.close(1000, "over");
      await far.ended;
      expect(reports.of("closed")).toMatchObject([{ failed: true }]);
      expect(reports.events.at(-1)?.type).toBe("closed");
    });

    it("reports exactly one good end when the agent says good-bye", async () => {
      const server = await start();
      const { reports, far } = await dial(server);
      wire.speak(far, pattern(640));
      wire.end(far);
      await far.ended;
      await anotherCall(server);
      await reports.until(() => reports.of("closed").length > 0);
      expect(reports.audio.length).toBe(640);
      expect(reports.of("closed")).toMatchObject([{ failed: false }]);
    });

    it("says nothing of an end that we made, and stays harmless after it", async () => {
      const server = await start();
      const { leg, reports, far } = await dial(server);
      leg.close(1000, "the caller hung up");
      leg.close(1000, "again");
      leg.send(payload(pattern(160)));
      leg.dtmf?.("1");
      leg.interrupt(20);
      expect((await far.ended).code).toBe(1000);
      await anotherCall(server);
      expect(reports.events).toEqual([]);
      expect(far.heardBytes).toBe(0);
      expect(far.faults).toEqual([]);
    });

    it("gives up an agent that never answers, at once, and leaves no socket", async () => {
      const server = await start({ neverAnswer: true });
      const controller = new AbortController();
      const connecting = connectTo(server.url, controller.signal);
      await server.untilOpen(1);
      const reason = new Error("the call is over");
      controller.abort(reason);
      await expect(connecting).rejects.toBe(reason);
      await server.untilOpen(0);
    });

    it("gives up an agent that takes too long", async () => {
      const server = await start({ neverAnswer: true });
      const agent = await resolveAgent(wire.spec(server.url), {
        options: wire.options ?? {},
        agentTimeoutMs: 30,
      });
      const call = callInfo();
      const { signal } = new AbortController();
      const reports = new Reports();
      const connecting = agent.connect({ call, rawStart: rawStart(call), emit: reports.emit, signal });
      await expect(connecting).rejects.toMatchObject({
        code: "agent-unreachable",
        message: expect.stringContaining("30 ms"),
      });
      await server.untilOpen(0);
      expect(reports.events).toEqual([]);
    });

    it("does not start when the call is over already", async () => {
      const server = await start();
      await expect(connectTo(server.url, AbortSignal.abort(new Error("over")))).rejects.toThrow("over");
      await server.untilOpen(0);
    });

    it("survives a flood: three megabytes at once, and two in a thousand pieces", async () => {
      const { reports, far } = await dial(await start());
      const flood = pattern(3_000_000);
      wire.speak(far, flood);
      for (let i = 0; i < 1000; i++) wire.speak(far, flood.subarray(i * 2000, (i + 1) * 2000));
      let arrived = 0;
      await reports.until(({ events }) => {
        const last = events.at(-1);
        if (last?.type === "audio") arrived += last.payload.bytes.length;
        return arrived === 5_000_000;
      });
      expect(reports.of("closed")).toEqual([]);
    });

    it("drops the newest audio when the agent does not read, and says how much", async () => {
      const { leg, reports, far } = await dial(await start());
      far.stopReading();
      const second = payload(pattern(leg.hears.sampleRate * (leg.hears.encoding === "pcm16" ? 2 : 1)));
      // What the kernel's buffers swallow is not ours to count: send until the socket itself holds back.
      for (let i = 0; i < 5000 && reports.of("congested").length === 0; i++) leg.send(second);
      expect(reports.of("congested")).toEqual([{ type: "congested", ms: 1000 }]);
      leg.send(second);
      expect(reports.of("congested")).toHaveLength(2);
      far.cut();
      await reports.until(() => reports.of("closed").length > 0);
    });
  });
}
