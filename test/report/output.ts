/** An output that keeps what is written to it. */
import type { Output } from "../../src/report/reporter.js";

export class Kept implements Output {
  text = "";

  write(text: string): void {
    this.text += text;
  }

  get lines(): string[] {
    return this.text.split("\n").slice(0, -1);
  }
}
