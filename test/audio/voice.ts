/** Sound with the harmonics, the glides and the loudness of a voice, for tests of codecs made for speech. */

/** `ms` of it at `rate` Hz, as 16-bit samples that peak near -6 dBFS. The same at every rate, and at every call. */
export function voice(rate: number, ms: number): Int16Array {
  let phase = 0;
  return Int16Array.from({ length: (rate / 1000) * ms }, (_, i) => {
    const t = i / rate;
    phase += (2 * Math.PI * (140 + 40 * Math.sin(2.3 * t) + 11 * Math.sin(13 * t))) / rate;
    let sample = 0;
    for (let harmonic = 1; harmonic <= 12; harmonic++) sample += Math.sin(harmonic * phase) / harmonic;
    return Math.round(9000 * sample * (0.6 + 0.4 * Math.sin(9 * t)));
  });
}
