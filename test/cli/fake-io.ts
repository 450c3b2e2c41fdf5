/** A world of its own for a command: streams that keep what is written, a manual clock, signals sent by hand. */
import { EventEmitter } from "node:events";
import { tmpdir } from "node:os";
import type { Io, Screen } from "../../src/cli/ui/io.js";
import { ManualClock } from "../../src/clock.js";
import { Kept } from "../report/output.js";

export class FakeScreen extends Kept implements Screen {
  readonly columns = 80;

  constructor(readonly isTTY = false) {
    super();
  }
}

export class FakeIo implements Io {
  readonly stdout = new FakeScreen();
  readonly stderr = new FakeScreen();
  readonly clock = new ManualClock();
  readonly signals = new EventEmitter();
  readonly env: Record<string, string>;
  /** A folder without a config file. */
  readonly cwd: string;

  constructor(env: Record<string, string> = {}, cwd = tmpdir()) {
    this.env = env;
    this.cwd = cwd;
  }
}
