/** Whether calls that start now are recorded, and where: as `--record` says, and as a key changes it. */
import type { Observer } from "../../call/events.js";
import type { CallRecorders } from "./recorders.js";

/** Where recordings go when nobody has said. */
const FOLDER = "recordings";

export class RecordingSwitch {
  readonly #directory: string;
  readonly #open: (directory: string) => Promise<CallRecorders>;
  #recorders: CallRecorders | undefined;
  #isOn = false;

  /** @param directory undefined to begin without recording. @throws BridgeError what `open` throws */
  static async open(
    directory: string | undefined,
    open: (directory: string) => Promise<CallRecorders>,
  ): Promise<RecordingSwitch> {
    const recording = new RecordingSwitch(directory ?? FOLDER, open);
    if (directory !== undefined) await recording.toggle();
    return recording;
  }

  private constructor(directory: string, open: (directory: string) => Promise<CallRecorders>) {
    this.#directory = directory;
    this.#open = open;
  }

  /** Where calls that start now are recorded. */
  get folder(): string | undefined {
    return this.#isOn ? this.#directory : undefined;
  }

  /** For the calls that start from now on. @throws BridgeError `cannot-write`; then nothing has changed. */
  async toggle(): Promise<void> {
    this.#recorders ??= await this.#open(this.#directory);
    this.#isOn = !this.#isOn;
  }

  /** The observers that record one call. */
  record(): Observer[] {
    return this.#isOn && this.#recorders ? [this.#recorders.record()] : [];
  }

  /** Resolves when every recording is complete. */
  async close(): Promise<void> {
    await this.#recorders?.close();
  }
}
