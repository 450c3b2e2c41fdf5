import { EventEmitter } from "node:events";
import { expect, it } from "vitest";
import { Keyboard, type KeyInput } from "../../../src/cli/ui/keys.js";
import { ManualClock } from "../../../src/clock.js";

class FakeInput extends EventEmitter implements KeyInput {
  readonly isTTY = true;
  isRaw = false;
  isReading = false;
  setRawMode(isRaw: boolean): void {
    this.isRaw = isRaw;
  }
  setEncoding(): void {}
  resume(): void {
    this.isReading = true;
  }
  pause(): void {
    this.isReading = false;
  }
}

function setUp() {
  const input = new FakeInput();
  const done: string[] = [];
  const host = Object.assign(new EventEmitter(), {
    pid: 7,
    kill: (pid: number, signal: string) =>
      done.push(`${signal} to ${pid}, ${input.isRaw ? "raw" : "not raw"}`),
  });
  const keyboard = new Keyboard(
    input,
    {
      key: (key) => done.push(key),
      leaving: () => done.push("leaving"),
      resumed: () => done.push("resumed"),
    },
    host,
  );
  return { input, host, keyboard, done };
}

it("tells keys while the terminal is raw, and gives it back", () => {
  const { input, host, keyboard, done } = setUp();
  expect([input.isRaw, input.isReading]).toEqual([true, true]);
  input.emit("data", "h5");
  keyboard.close();
  keyboard.close();
  expect([input.isRaw, input.isReading, input.listenerCount("data")]).toEqual([false, false, 0]);
  expect(host.eventNames()).toEqual([]);
  expect(done).toEqual(["h", "5"]);
});

it("turns ^C back into the signal, which may come twice", () => {
  const { input, done } = setUp();
  input.emit("data", "\x03");
  input.emit("data", "\x03");
  expect(done).toEqual(["SIGINT to 7, raw", "SIGINT to 7, raw"]);
});

it("leaves the terminal in order before ^Z and ^\\ take the process away", () => {
  const { input, host, done } = setUp();
  input.emit("data", "\x1a");
  expect(done).toEqual(["leaving", "SIGTSTP to 7, not raw"]);
  host.emit("SIGCONT");
  expect(input.isRaw).toBe(true);
  expect(done.at(-1)).toBe("resumed");
  input.emit("data", "\x1c");
  expect(done.slice(-2)).toEqual(["leaving", "SIGQUIT to 7, not raw"]);
});

it("gives the terminal back when the process exits, for whatever reason", () => {
  const { input, host, done } = setUp();
  host.emit("exit");
  expect([input.isRaw, done]).toEqual([false, ["leaving"]]);
});

it("ends in good order when the terminal goes away", () => {
  const { input, host, done } = setUp();
  input.setRawMode = () => {
    throw new Error("EIO");
  };
  host.emit("SIGHUP");
  expect(done).toEqual(["leaving", "SIGTERM to 7, raw"]);
});

it("tells the Escape key when nothing follows it, and waits in the background for the terminal to be its own again", () => {
  const clock = new ManualClock();
  const input = new FakeInput();
  const host = Object.assign(new EventEmitter(), { pid: 7, kill: () => true });
  const done: string[] = [];
  let isForeground = true;
  const actions = {
    key: (key: string) => done.push(key),
    leaving: () => done.push("leaving"),
    resumed: () => done.push("resumed"),
  };
  const keyboard = new Keyboard(input, actions, host, { clock, isForeground: () => isForeground });
  input.emit("data", "\x1b");
  expect(done).toEqual([]);
  clock.advance(50);
  input.emit("data", "\x1b[A");
  clock.advance(50);
  expect(done).toEqual(["^["]);

  input.emit("data", "\x1a");
  isForeground = false;
  host.emit("SIGCONT");
  clock.advance(5000);
  expect([input.isRaw, input.isReading, done.at(-1)]).toEqual([false, false, "leaving"]);
  isForeground = true;
  clock.advance(500);
  expect([input.isRaw, input.isReading, done.at(-1)]).toEqual([true, true, "resumed"]);
  keyboard.close();
});
