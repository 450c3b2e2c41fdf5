import { expect, it } from "vitest";
import { readArguments } from "../../src/cli/program.js";

function flags(...args: string[]) {
  const asked = readArguments(args);
  return "command" in asked ? asked.flags : undefined;
}

it("gives only what was on the command line", () => {
  expect(flags("serve")).toEqual({});
  expect(flags("serve", "-p", "1", "-a", "echo")).toEqual({ port: "1", agent: "echo" });
  expect(flags("simulate", "--silence", "--caller=1")).toEqual({ silence: true, caller: "1" });
});

it("takes the options of every command before and after the command", () => {
  expect(flags("--json", "agents", "--no-color")).toEqual({ json: true, noColor: true });
});

it("collects repeatable flags, and lets the last of the others win", () => {
  expect(flags("simulate", "--header", "A: 1", "--header", "B: 2", "--tone", "1", "--tone", "2")).toEqual({
    header: ["A: 1", "B: 2"],
    tone: "2",
  });
});

it("takes devices with and without a name, and tells --no-speaker from --speaker", () => {
  expect(flags("simulate", "--mic", "--speaker", "Desk")).toEqual({ mic: true, speaker: "Desk" });
  expect(flags("simulate", "--mic", "Webcam", "--no-speaker")).toEqual({ mic: "Webcam", noSpeaker: true });
});

it("knows the same flag by its command", () => {
  expect(flags("simulate", "--out", "a.wav")).toEqual({ out: "a.wav" });
  expect(flags("record", "wss://h", "-o", "calls")).toEqual({ upstream: "wss://h", recordings: "calls" });
});
