/** What a server has done so far, as numbers for `/metrics` in the Prometheus text format. */
import type { CallEvent, EndReason, Observer } from "../call/events.js";
import type { RefusalCause } from "./refusals.js";

/** Upper bounds of the first-audio histogram, in seconds. */
const BUCKETS_S = [0.1, 0.2, 0.3, 0.5, 0.75, 1, 1.5, 2, 3, 5];

export class Totals {
  readonly #ended = new Map<EndReason, number>();
  readonly #refused = new Map<RefusalCause, number>();
  readonly #buckets = BUCKETS_S.map(() => 0);
  #turns = 0;
  #firstAudioS = 0;
  #bargeIns = 0;
  #droppedS = 0;

  readonly observer: Observer = (event) => this.#observe(event);

  refused(cause: RefusalCause): void {
    this.#refused.set(cause, (this.#refused.get(cause) ?? 0) + 1);
  }

  text(activeCalls: number): string {
    const lines = [
      "# TYPE smartpbx_bridge_calls gauge",
      `smartpbx_bridge_calls ${activeCalls}`,
      "# TYPE smartpbx_bridge_calls_ended_total counter",
      ...[...this.#ended].map(([reason, n]) => `smartpbx_bridge_calls_ended_total{reason="${reason}"} ${n}`),
      "# TYPE smartpbx_bridge_refused_total counter",
      ...[...this.#refused].map(([cause, n]) => `smartpbx_bridge_refused_total{cause="${cause}"} ${n}`),
      "# TYPE smartpbx_bridge_barge_ins_total counter",
      `smartpbx_bridge_barge_ins_total ${this.#bargeIns}`,
      "# TYPE smartpbx_bridge_dropped_seconds_total counter",
      `smartpbx_bridge_dropped_seconds_total ${this.#droppedS}`,
      "# TYPE smartpbx_bridge_first_audio_seconds histogram",
      ...BUCKETS_S.map(
        (le, i) => `smartpbx_bridge_first_audio_seconds_bucket{le="${le}"} ${this.#buckets[i]}`,
      ),
      `smartpbx_bridge_first_audio_seconds_bucket{le="+Inf"} ${this.#turns}`,
      `smartpbx_bridge_first_audio_seconds_sum ${this.#firstAudioS}`,
      `smartpbx_bridge_first_audio_seconds_count ${this.#turns}`,
    ];
    return `${lines.join("\n")}\n`;
  }

  #observe(event: CallEvent): void {
    switch (event.type) {
      case "turn": {
        const seconds = event.firstAudioMs / 1000;
        this.#turns++;
        this.#firstAudioS += seconds;
        BUCKETS_S.forEach((le, i) => {
          if (seconds <= le) this.#buckets[i]++;
        });
        break;
      }
      case "barge-in":
        this.#bargeIns++;
        break;
      case "call-ended":
        if (event.reason === "wrong-account") this.refused(event.reason);
        this.#ended.set(event.reason, (this.#ended.get(event.reason) ?? 0) + 1);
        this.#droppedS += event.summary.droppedMs / 1000;
        break;
    }
  }
}
