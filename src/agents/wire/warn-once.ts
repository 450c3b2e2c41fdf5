/** Warnings that a far end could repeat with every message, shown once for each code. */
import type { LegEvent } from "../../call/leg.js";

export function warnOnce(emit: (event: LegEvent) => void): (code: string, message: string) => void {
  const shown = new Set<string>();
  return (code, message) => {
    if (shown.has(code)) return;
    shown.add(code);
    emit({ type: "warning", code, message });
  };
}
