/** The power spectrum of a short stretch of sound: a radix-2 FFT under a Hann window. */

export class Spectrum {
  #size;
  #window;
  #cosine;
  #sine;
  #reversed;
  #real;
  #imaginary;

  /** @param {number} size a power of two */
  constructor(size) {
    this.#size = size;
    this.#window = Float32Array.from(
      { length: size },
      (_, i) => 0.5 - 0.5 * Math.cos((2 * Math.PI * i) / size),
    );
    this.#cosine = Float32Array.from({ length: size / 2 }, (_, i) => Math.cos((2 * Math.PI * i) / size));
    this.#sine = Float32Array.from({ length: size / 2 }, (_, i) => Math.sin((2 * Math.PI * i) / size));
    const bits = Math.log2(size);
    this.#reversed = Uint32Array.from({ length: size }, (_, i) => {
      let turned = 0;
      for (let bit = 0; bit < bits; bit++) turned |= ((i >> bit) & 1) << (bits - 1 - bit);
      return turned;
    });
    this.#real = new Float32Array(size);
    this.#imaginary = new Float32Array(size);
  }

  /**
   * The level of each of the `size / 2` bands, in dB below a full-scale sine.
   * @param {Int16Array} samples @param {number} start of `size` samples; what lies outside is silence
   * @param {Float32Array} out
   */
  levels(samples, start, out) {
    const size = this.#size;
    const [real, imaginary] = [this.#real, this.#imaginary];
    for (let i = 0; i < size; i++) {
      const at = this.#reversed[i];
      const sample = start + i >= 0 && start + i < samples.length ? samples[start + i] : 0;
      real[at] = (sample / 32768) * this.#window[i];
    }
    imaginary.fill(0);
    this.#transform();
    // A full-scale sine under this window has size / 4 in its band.
    const full = (size / 4) ** 2;
    for (let band = 0; band < size / 2; band++)
      out[band] = 10 * Math.log10((real[band] ** 2 + imaginary[band] ** 2) / full + 1e-12);
  }

  #transform() {
    const size = this.#size;
    const [real, imaginary] = [this.#real, this.#imaginary];
    for (let half = 1; half < size; half *= 2) {
      const stride = size / (2 * half);
      for (let start = 0; start < size; start += 2 * half) {
        for (let i = 0; i < half; i++) {
          const [a, b] = [start + i, start + i + half];
          const [cosine, sine] = [this.#cosine[i * stride], this.#sine[i * stride]];
          const re = real[b] * cosine + imaginary[b] * sine;
          const im = imaginary[b] * cosine - real[b] * sine;
          real[b] = real[a] - re;
          imaginary[b] = imaginary[a] - im;
          real[a] += re;
          imaginary[a] += im;
        }
      }
    }
  }
}
