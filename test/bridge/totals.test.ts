import { expect, test } from "vitest";
import { Totals } from "../../src/bridge/totals.js";
import { Metrics } from "../../src/call/metrics.js";

test("counts what calls did, in the Prometheus text format", () => {
  const totals = new Totals();
  totals.observer({ at: 1, type: "turn", firstAudioMs: 250 });
  totals.observer({ at: 2, type: "turn", firstAudioMs: 6000 });
  totals.observer({ at: 3, type: "barge-in", heardMs: 1, droppedMs: 2 });
  totals.observer({
    at: 4,
    type: "call-ended",
    reason: "agent-ended",
    detail: "",
    summary: new Metrics().summary(4, 0),
  });
  totals.refused("full");
  totals.refused("full");
  const text = totals.text(7);
  for (const line of [
    "smartpbx_bridge_calls 7",
    'smartpbx_bridge_calls_ended_total{reason="agent-ended"} 1',
    'smartpbx_bridge_refused_total{cause="full"} 2',
    "smartpbx_bridge_barge_ins_total 1",
    'smartpbx_bridge_first_audio_seconds_bucket{le="0.2"} 0',
    'smartpbx_bridge_first_audio_seconds_bucket{le="0.3"} 1',
    'smartpbx_bridge_first_audio_seconds_bucket{le="+Inf"} 2',
    "smartpbx_bridge_first_audio_seconds_count 2",
  ]) {
    expect(text.split("\n")).toContain(line);
  }
  for (const line of text.trimEnd().split("\n"))
    expect(line).toMatch(/^(# TYPE \w+ \w+|\w+(\{[^}]*\})? [\d.]+)$/);
});
