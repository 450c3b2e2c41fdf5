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

describe("hang_up", () => {
  const goodbye = new Uint8Array(8000).fill(1);
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
