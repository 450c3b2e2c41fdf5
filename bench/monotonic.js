/** Milliseconds on a clock that all processes of this computer share. */
export function monotonicMs() {
  return Number(process.hrtime.bigint()) / 1e6;
}
