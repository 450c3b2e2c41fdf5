import { EventEmitter } from "node:events";
import { beforeEach, describe, expect, it } from "vitest";
import type { CallEvent } from "../../src/call/events.js";
import { ManualClock } from "../../src/clock.js";
import { LiveCalls } from "../../src/inspector/live-calls.js";
import type { FromPage, ToPage } from "../../src/inspector/messages.js";
import { MOST_PAGES, type PageSocket, Pages } from "../../src/inspector/pages.js";
import { personal } from "../../src/report/personal.js";
import { callerAudio, ended, started } from "../recording/calls.js";

type Update = ToPage & { type: "update" };

/** A page's end of the line, and what it was told. */
class FakeSocket extends EventEmitter {
  readonly told: ToPage[] = [];
  readyState = 1;
  bufferedAmount = 0;
  closed: number | "terminated" | undefined;

  send(text: string): void {
    this.told.push(JSON.parse(text) as ToPage);
  }

  ping(): void {}

  close(code: number): void {
    this.closed = code;
    this.readyState = 3;
    this.emit("close", code);
  }

  terminate(): void {
    this.closed = "terminated";
    this.readyState = 3;
    this.emit("close", 1006);
  }

  say(message: FromPage | string): void {
    this.emit("message", Buffer.from(typeof message === "string" ? message : JSON.stringify(message)), false);
  }

  get updates(): Update[] {
    return this.told.filter((message): message is Update => message.type === "update");
  }

  get last(): Update {
    return this.updates.at(-1) as Update;
  }
}

let clock: ManualClock;
let calls: LiveCalls;
let pages: Pages;
let left: number;
let hungUp: string[];
let asked: FromPage[];

function build(showPersonal = false): void {
  clock = new ManualClock();
  left = 0;
  hungUp = [];
  asked = [];
  calls = new LiveCalls({
    clock,
    personal: personal(showPersonal),
    opus: () => undefined,
    isWatched: () => pages.count > 0,
    changed: () => pages.changed(),
    ended: () => {},
  });
  pages = new Pages({
    clock,
    calls,
    greet: () => [{ type: "note", ok: true, text: "hello" }],
    asked: (message) => asked.push(message),
    left: () => left++,
  });
}

beforeEach(() => build());

function open(): FakeSocket {
  const socket = new FakeSocket();
  pages.add(socket as unknown as PageSocket);
  return socket;
}

function begin(callId: string): (event: CallEvent) => void {
  const observe = calls.observe(() => hungUp.push(callId));
  observe(started({ callId }));
  return observe;
}

const LOUD = new Uint8Array(160).map((_, i) => (i % 2 ? 0x80 : 0x00));

describe("what the pages are told", () => {
  it("is all there is, and then what changes: ten times a second at most, however many calls", () => {
    const before = begin("early");
    const page = open();
    expect(page.last.rows).toMatchObject([{ callId: "early", caller: "+94 77 *** **12" }]);
    const observers = Array.from({ length: 200 }, (_, k) => begin(`call-${k}`));
    for (let at = 20; at <= 1000; at += 20) {
      for (const observe of observers) observe(callerAudio(at, LOUD));
      clock.advance(20);
    }
    expect(page.updates.length).toBeLessThanOrEqual(11);
    expect(page.updates[1]?.rows).toHaveLength(201);
    expect(page.last.rows).toBeUndefined();
    expect(page.last.levels).toHaveLength(201);
    expect(page.last.levels?.find(([n]) => n === 2)?.[1]).toBeGreaterThan(-6);
    before({ at: 1000, type: "turn", firstAudioMs: 321.4 });
    clock.advance(100);
    expect(page.last.rows).toMatchObject([{ callId: "early", firstAudioMs: 321, turns: 1 }]);
  });

  it("holds lines of the watched call only, and each once", () => {
    const one = begin("one");
    const two = begin("two");
    const page = open();
    page.say({ type: "watch", n: 1 });
    one({ at: 50, type: "transcript", who: "agent", text: "My number is 5", spokenAt: 40 });
    two({ at: 50, type: "dtmf", digit: "5" });
    clock.advance(100);
    const { lines } = page.last;
    expect(lines).toMatchObject({ n: 1, all: true });
    expect(lines?.lines.at(-1)).toEqual({ at: 50, who: "agent", text: "***" });
    one({ at: 90, type: "dtmf", digit: "7" });
    clock.advance(100);
    expect(page.last.lines).toEqual({ n: 1, all: false, lines: [{ at: 90, name: "key", facts: "***" }] });
    expect(JSON.stringify(page.told)).not.toMatch(/number is|"5"/);
  });

  it("shows words and numbers where that is asked for", () => {
    build(true);
    const observe = begin("one");
    observe({ at: 5, type: "transcript", who: "caller", text: "hi\u202e", spokenAt: 1 });
    const page = open();
    expect(page.last.rows).toMatchObject([{ caller: "+94771234512" }]);
    page.say({ type: "watch", n: 1 });
    clock.advance(100);
    expect(page.last.lines?.lines.at(-1)).toEqual({ at: 5, who: "caller", text: "hi\ufffd" });
  });

  it("keeps the last lines of a call and the last calls that ended, and says which are gone", () => {
    const observe = begin("long");
    for (let k = 0; k < 1000; k++) observe({ at: k, type: "mark", number: k });
    expect(calls.find(1)?.linesFrom(0)).toHaveLength(300);
    expect(calls.find(1)?.lineCount).toBe(1001);
    const page = open();
    observe(ended(2000));
    for (let k = 0; k < 50; k++) begin(`next-${k}`)(ended(1));
    clock.advance(100);
    expect(page.last.gone).toEqual([1]);
    expect(calls.rows).toHaveLength(50);
    expect(calls.rows[0]).toMatchObject({ callId: "next-49", end: { ok: true, words: "caller hung up" } });
  });

  it("counts what is too much to list", () => {
    const observers = Array.from({ length: 403 }, (_, k) => begin(`call-${k}`));
    expect(calls.rows).toHaveLength(400);
    expect(calls.unlisted).toBe(3);
    observers[402]?.(ended(1));
    expect(calls.unlisted).toBe(2);
  });
});

it("a call is hung up while it runs, and no other", () => {
  begin("one");
  begin("two")(ended(10));
  expect([calls.hangUp(1), calls.hangUp(2), calls.hangUp(3)]).toEqual([true, false, false]);
  expect(hungUp).toEqual(["one"]);
});

describe("pages", () => {
  it("that do not read are left", () => {
    const page = open();
    page.bufferedAmount = 5 * 1024 * 1024;
    begin("one");
    clock.advance(100);
    expect(page.closed).toBe("terminated");
    expect(pages.count).toBe(0);
  });

  it("that are not there any more are left, others asked again", () => {
    const [gone, there] = [open(), open()];
    there.on("ping", () => {});
    clock.advance(15_000);
    there.emit("pong");
    clock.advance(15_000);
    expect([gone.closed, there.closed]).toEqual(["terminated", undefined]);
  });

  it("that send what ours does not, or too much, are closed", () => {
    const odd = open();
    odd.say("{}");
    expect(odd.closed).toBe(4400);
    const eager = open();
    for (let k = 0; k < 60; k++) eager.say({ type: "test-call" });
    expect(eager.closed).toBe(4400);
    expect(asked).toHaveLength(50);
  });

  it("are back after they were loaded again; a new link is made when the last has gone for good", () => {
    expect(MOST_PAGES).toBeGreaterThan(1);
    open().close(1001);
    clock.advance(3000);
    const again = open();
    clock.advance(10_000);
    expect(left).toBe(0);
    again.close(1001);
    clock.advance(4000);
    expect(left).toBe(1);
  });
});
