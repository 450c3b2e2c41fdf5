/** Sets up this process for many small frames at their times: garbage is collected often and briefly. */
import { setFlagsFromString } from "node:v8";

/**
 * V8 collects as suits programs that wait for throughput. A call is disturbed by the longest pause instead, and there every
 * object counts that is alive at the time:
 * - Young objects keep the little room they have at the start. It fills within milliseconds, when few of them are still in use.
 * - All others are collected when they have grown tenfold. V8 counts the memory of passing frames among them, and would
 *   otherwise go through the whole heap several times a second.
 */
export function keepPausesShort(): void {
  setFlagsFromString("--semi-space-growth-factor=1");
  setFlagsFromString("--heap-growing-percent=900");
}
