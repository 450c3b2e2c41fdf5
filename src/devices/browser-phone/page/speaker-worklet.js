/** Plays the agent through the jitter buffer that all our phones share, on the sound card's own thread and clock. */
import { JitterBuffer } from "./audio/jitter-buffer.js";

const FULL_SCALE = 32768;
const FRAMES_PER_REPORT = 3;

class SmoothSpeaker extends AudioWorkletProcessor {
  #buffer = new JitterBuffer(sampleRate);
  /** @type {Int16Array} */
  #frame = new Int16Array(0);
  #played = 0;
  #frames = 0;
  #squares = 0;
  #samples = 0;

  constructor() {
    super();
    this.port.onmessage = ({ data }) => this.#buffer.push(data, currentTime * 1000);
  }

  /** @param {Float32Array[][]} _inputs @param {Float32Array[][]} outputs */
  process(_inputs, [output]) {
    const samples = output[0];
    for (let i = 0; i < samples.length; i++) {
      if (this.#played === this.#frame.length) this.#next(currentTime * 1000);
      const sample = this.#frame[this.#played++] / FULL_SCALE;
      samples[i] = sample;
      this.#squares += sample * sample;
    }
    this.#samples += samples.length;
    return true;
  }

  /** @param {number} now */
  #next(now) {
    this.#frame = this.#buffer.pull(now);
    this.#played = 0;
    if (++this.#frames % FRAMES_PER_REPORT !== 0) return;
    const { underruns, concealedMs, bufferedMs } = this.#buffer;
    const level = Math.sqrt(this.#squares / Math.max(1, this.#samples));
    this.port.postMessage({ level, underruns, concealedMs, heldMs: bufferedMs });
    this.#squares = 0;
    this.#samples = 0;
  }
}

registerProcessor("smooth-speaker", SmoothSpeaker);
