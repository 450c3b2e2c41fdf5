import { describe, expect, test } from "vitest";
import { PORTAL_FORMATS } from "../../src/audio/format.js";
import { Playbook } from "./playbook.js";

const ULAW = PORTAL_FORMATS.g711_ulaw;
const call = (id: string, name: string) =>
  ({ type: "agent", event: { type: "tool-call", id, name, args: { to: "sales" } } }) as const;

describe("a tool", () => {
  test("is run, and its end goes back to the agent", () => {
    const book = Playbook.running(ULAW).at(100, call("1", "transfer_call"));
    expect(book.of("runTool")[0].args).toEqual(["1", "transfer_call", { to: "sales" }]);
    book.at(400, { type: "tool-result", id: "1", output: "{}", isError: false });
    expect(book.of("sendToolResult")[0].args).toEqual(["1", "{}", false]);
    expect(book.noted("tool-result")).toMatchObject([{ name: "transfer_call", isError: false, tookMs: 300 }]);
  });

  test("that the model took back is not answered", () => {
    const book = Playbook.running(ULAW)
      .at(1, call("1", "lookup"))
      .at(2, { type: "agent", event: { type: "tool-cancelled", ids: ["1"] } });
    book.at(3, { type: "tool-result", id: "1", output: "{}", isError: false });
    expect(book.of("sendToolResult")).toEqual([]);
  });

  test("that still runs when the call ends is answered before the agent is closed", () => {
    const book = Playbook.running(ULAW).at(1, call("1", "lookup")).at(50, { type: "shut-down" });
    const names = book.effects.map(({ effect }) => effect);
    expect(book.of("sendToolResult")[0].args).toEqual(["1", "the call has ended", true]);
    expect(names.indexOf("sendToolResult")).toBeLessThan(names.indexOf("closeAgent"));
    expect(book.noted("tool-result")).toMatchObject([{ isError: true, tookMs: 49 }]);
    book.at(60, { type: "tool-result", id: "1", output: "{}", isError: false });
    expect(book.of("sendToolResult")).toHaveLength(1);
  });

  test("called twice with one id is run once", () => {
    const book = Playbook.running(ULAW).at(1, call("1", "lookup")).at(2, call("1", "lookup"));
    expect(book.of("runTool")).toHaveLength(1);
  });

  test("called without end is refused, and still answered", () => {
    const book = Playbook.running(ULAW);
    for (let i = 0; i < 100; i++) book.at(1, call(String(i), "lookup"));
    expect(book.of("runTool").length + book.of("sendToolResult").length).toBe(100);
    expect(book.of("runTool")).toHaveLength(16);
  });
});

const goodbye = new Uint8Array(8000).fill(1);

describe("transfer_call", () => {
  const transfer = call("1", "transfer_call");
  const startedAt = (book: Playbook) => book.of("runTool")[0]?.at;

  test("waits until the caller has heard what was said before it, and not for what comes after", () => {
    const book = Playbook.running(ULAW)
      .agentSays(0, goodbye)
      .at(10, transfer)
      .agentSays(20, goodbye)
      .until(3000);
    expect(startedAt(book)).toBe(1000);
    expect(book.of("markHeard")).toEqual([]);
  });

  test("does not wait for what an interruption has dropped", () => {
    const book = Playbook.running(ULAW).agentSays(0, goodbye).at(10, transfer);
    book.at(300, { type: "agent", event: { type: "interrupted" } });
    expect(startedAt(book)).toBe(300);
  });

  test("that is taken back while it waits is not run", () => {
    const book = Playbook.running(ULAW).agentSays(0, goodbye).at(10, transfer);
    book.at(20, { type: "agent", event: { type: "tool-cancelled", ids: ["1"] } }).until(3000);
    expect(book.of("runTool")).toEqual([]);
  });

  test("leaves the agent's own marks alone", () => {
    const book = Playbook.running(ULAW).agentSays(0, goodbye).at(10, transfer);
    book.at(20, { type: "agent", event: { type: "mark", name: "said" } }).until(3000);
    expect(book.of("markHeard").map(({ args }) => args)).toEqual([["said"]]);
    expect(book.of("runTool")).toHaveLength(1);
  });
});

describe("hang_up", () => {
  const ended = (book: Playbook) => book.noted("call-ended")[0];

  test("is answered at once and carried out when the caller has heard the goodbye", () => {
    const book = Playbook.running(ULAW)
      .agentSays(0, goodbye)
      .at(10, { type: "agent", event: { type: "turn-ended" } })
      .at(20, call("1", "hang_up"));
    expect(book.of("sendToolResult")).toHaveLength(1);
    expect(book.of("runTool")).toEqual([]);
    book.until(5000);
    expect(book.bytes("sendToCaller")).toHaveLength(8000);
    expect(ended(book)).toMatchObject({ at: 1000, reason: "agent-ended" });
  });

  test("waits for words that come after the tool call", () => {
    const book = Playbook.running(ULAW).at(0, call("1", "hang_up")).agentSays(800, goodbye).until(6000);
    expect(book.bytes("sendToCaller")).toHaveLength(8000);
    expect(ended(book)?.at).toBe(2300);
  });

  test("with nothing to say ends the call soon", () => {
    expect(ended(Playbook.running(ULAW).at(0, call("1", "hang_up")).until(6000))?.at).toBeLessThanOrEqual(
      1500,
    );
  });
});
