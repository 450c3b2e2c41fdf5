/** Takes the agent's voice out of the microphone's sound: WebRTC's AEC3, compiled to WebAssembly. */
import type { EchoControl } from "./echo-guard.js";

const RATE_HZ = 48_000;
const FULL_SCALE = 32768;

type Aec3 = InstanceType<Awaited<ReturnType<typeof import("@ennuicastr/webrtcaec3.js")>>["AEC3"]>;

/**
 * Learns how the speaker sounds at the microphone and subtracts that; a caller who speaks meanwhile is still heard. Whatever
 * passes between the frame's handing over and its echo must stay below about 400 ms, so players keep their buffers short.
 */
export class EchoCanceller implements EchoControl {
  readonly name = "cancel";
  readonly #aec: Aec3;

  private constructor(aec: Aec3) {
    this.#aec = aec;
  }

  /** Loads the WebAssembly, some 30 ms. @throws whatever kept it from loading. */
  static async load(): Promise<EchoCanceller> {
    const { default: WebRtcAec3 } = await import("@ennuicastr/webrtcaec3.js");
    const { AEC3 } = await WebRtcAec3();
    return new EchoCanceller(new AEC3(RATE_HZ, 1, 1));
  }

  played(frame: Int16Array): void {
    this.#aec.analyze([toFloat(frame)]);
  }

  cleaned(frame: Int16Array): Int16Array {
    const input = [toFloat(frame)];
    const output = new Float32Array(this.#aec.processSize(input));
    this.#aec.process([output], input);
    return toSamples(output);
  }

  free(): void {
    this.#aec.free();
  }
}

function toFloat(samples: Int16Array): Float32Array {
  return Float32Array.from(samples, (sample) => sample / FULL_SCALE);
}

function toSamples(values: Float32Array): Int16Array {
  return Int16Array.from(values, (value) =>
    Math.max(-FULL_SCALE, Math.min(FULL_SCALE - 1, Math.round(value * FULL_SCALE))),
  );
}
