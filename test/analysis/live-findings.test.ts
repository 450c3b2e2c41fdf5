import { expect, it } from "vitest";
import { LiveFindings } from "../../src/analysis/live-findings.js";
import { pcmBytes } from "../../src/audio/pcm.js";
import type { CallEvent } from "../../src/call/events.js";
import { type MadeCall, madeCall } from "./made-call.js";

const warned = (call: MadeCall) => {
  const told: CallEvent[] = [];
  const observe = new LiveFindings().during((event) => told.push(event));
  const events = madeCall(call);
  for (const event of events) observe(event);
  const warnings = told.flatMap((event) => (event.type === "warning" ? [event] : []));
  return { events, told, warnings };
};

it("passes on all it is told but the sound, and warns of nothing in a good call", () => {
  const { events, told } = warned({ durationMs: 40_000 });
  expect(told).toEqual([events.at(0), events.at(-1)]);
});

it("says as soon as it can be told, and once, what is wrong with the sound", () => {
  const { warnings, told } = warned({ coded: (samples) => pcmBytes(samples.slice()) });
  expect(warnings.map(({ code }) => code)).toEqual(["agent-wrong-encoding"]);
  expect(warnings[0]?.at).toBeLessThan(6000);
  expect(warnings[0]?.message).toMatch(/PCM16.* Convert PCM16 to g711_ulaw\/8000 before it is sent\.$/);
  expect(told.at(-1)?.type).toBe("call-ended");
});

it("what only the whole call shows is said at its end, before it", () => {
  const { warnings, told } = warned({ agent: [] });
  expect(warnings.map(({ code }) => code)).toEqual(["agent-never-heard"]);
  expect(told.slice(-2).map(({ type }) => type)).toEqual(["warning", "call-ended"]);
});

it("listens to half a minute and no longer", () => {
  const loud = (samples: Int16Array) => pcmBytes(samples.slice());
  const { warnings } = warned({
    durationMs: 45_000,
    agent: [[38_000, 42_000]],
    caller: [[1000, 2000]],
    coded: loud,
  });
  expect(warnings.map(({ code }) => code)).toEqual(["agent-never-heard"]);
  expect(warnings[0]?.at).toBeLessThan(31_000);
});

it("does not repeat what reports say of the messages and of the end", () => {
  const noted: CallEvent = {
    at: 4000,
    type: "warning",
    code: "missing-ids",
    message: "Media without callId",
  };
  expect(warned({ notes: [noted], end: "agent-failed" }).warnings).toEqual([noted]);
});

it("listens to one call at a time, and then to the next", () => {
  const live = new LiveFindings();
  const calls = [0, 1, 2].map(() => {
    const told: string[] = [];
    return { told, observe: live.during((event) => told.push(event.type)) };
  });
  const events = madeCall({ agent: [] });
  for (const event of events) for (const { observe } of calls.slice(0, 2)) observe(event);
  for (const event of events) calls[2]?.observe(event);
  expect(calls.map(({ told }) => told.includes("warning"))).toEqual([true, false, true]);
});
