/** Cuts the microphone into frames of 20 ms, on the sound card's own thread. */

const FRAME = 960;

class MicrophoneFrames extends AudioWorkletProcessor {
  #frame = new Int16Array(FRAME);
  #filled = 0;
  #squares = 0;
  #isMuted = false;

  constructor() {
    super();
    this.port.onmessage = ({ data }) => {
      this.#isMuted = data.muted;
    };
  }

  /** @param {Float32Array[][]} inputs */
  process([input]) {
    // Without an input (the microphone was unplugged) the agent goes on to hear silence.
    const samples = input?.[0];
    const count = samples?.length ?? 128;
    for (let i = 0; i < count; i++) {
      const sample = samples && !this.#isMuted ? Math.max(-1, Math.min(1, samples[i])) : 0;
      this.#frame[this.#filled++] = Math.round(sample * 32767);
      this.#squares += sample * sample;
      if (this.#filled === FRAME) this.#give();
    }
    return true;
  }

  #give() {
    const { buffer } = this.#frame;
    this.port.postMessage({ frame: buffer, level: Math.sqrt(this.#squares / FRAME) }, [buffer]);
    this.#frame = new Int16Array(FRAME);
    this.#filled = 0;
    this.#squares = 0;
  }
}

registerProcessor("microphone-frames", MicrophoneFrames);
