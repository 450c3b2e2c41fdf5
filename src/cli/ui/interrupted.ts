/** Thrown out of long work after ^C or SIGTERM. */
import type { StopSignal } from "./io.js";

export class Interrupted extends Error {
  readonly exitCode: 130 | 143;

  constructor(signal: StopSignal) {
    super(`interrupted by ${signal}`);
    this.name = "Interrupted";
    this.exitCode = signal === "SIGINT" ? 130 : 143;
  }
}
