/** Processors and memory: for information, with the limits of a container where there are any. */
import { readFileSync } from "node:fs";
import { availableParallelism, freemem, totalmem } from "node:os";
import { type Checked, fine } from "../checked.js";

export interface Hardware {
  readonly processors: number;
  readonly memoryBytes: number;
  readonly freeBytes: number;
  /** Processors that a container may use, as 0.5; undefined where nothing limits them. */
  readonly limit: number | undefined;
}

export function readHardware(): Hardware {
  const total = totalmem();
  // 0, or more than there is, where nothing constrains the process.
  const constrained = process.constrainedMemory?.() ?? 0;
  const memoryBytes = constrained > 0 && constrained < total ? constrained : total;
  return {
    processors: availableParallelism(),
    memoryBytes,
    freeBytes: Math.min(memoryBytes, freemem()),
    limit: processorLimit(),
  };
}

export function checkHardware(hardware: Hardware = readHardware()): Checked {
  const { processors, memoryBytes, freeBytes, limit } = hardware;
  const what = `${processors} processor${processors === 1 ? "" : "s"}`;
  const limited =
    limit !== undefined && limit < processors ? ` (this container may use ${tenths(limit)})` : "";
  const value = `${what}${limited}, ${spellBytes(memoryBytes)} of memory, ${spellBytes(freeBytes)} free`;
  return fine("hardware", "computer", value, {
    measured: { processors, memoryBytes, freeBytes, processorLimit: limit ?? null },
  });
}

/** `512 MB`, `23.1 GB`: as people buy it. */
export function spellBytes(bytes: number): string {
  const mega = bytes / 1e6;
  return mega < 1000 ? `${Math.round(mega)} MB` : `${tenths(mega / 1000)} GB`;
}

function processorLimit(): number | undefined {
  try {
    return readQuota(readFileSync("/sys/fs/cgroup/cpu.max", "utf8"));
  } catch {
    return undefined;
  }
}

/** What the control group's `cpu.max` says: `50000 100000` is half a processor. */
export function readQuota(text: string): number | undefined {
  const [quota, period] = text.trim().split(/\s+/).map(Number);
  return quota && period && quota > 0 && period > 0 ? quota / period : undefined;
}

function tenths(value: number): number {
  return Math.round(value * 10) / 10;
}
