/** Pictures of the frequencies in the stretch that is in sight, made on demand and a bit at a time. */
import { Spectrum } from "./fft.js";

/** @typedef {import("./sound.js").Sound} Sound */

/** A longer stretch would be made of columns that skip most of the sound. */
export const LONGEST_MS = 60_000;
/** How much sound one column looks at. */
const WINDOW_MS = 30;
const FLOOR_DB = -95;
const CEILING_DB = -25;
/** The page stays awake meanwhile. */
const SLICE_MS = 12;

/**
 * @param {Sound} sound @param {"caller" | "agent"} side
 * @param {{ from: number, to: number, width: number, height: number, colors: readonly string[] }} picture ms and pixels; the
 *   colours go from quiet to loud, as `r g b`
 * @param {() => boolean} isWanted
 * @returns {Promise<HTMLCanvasElement | undefined>} undefined when it is not wanted any more
 */
export async function drawSpectrogram(sound, side, { from, to, width, height, colors }, isWanted) {
  const rate = sound.rateHz;
  const size = 2 ** Math.round(Math.log2((rate * WINDOW_MS) / 1000));
  const first = Math.floor((from * rate) / 1000) - size / 2;
  const samples = await sound.stretch(side, first, Math.ceil((to * rate) / 1000) + size / 2);
  const spectrum = new Spectrum(size);
  const bands = new Float32Array(size / 2);
  const canvas = document.createElement("canvas");
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext("2d");
  if (!context) return undefined;
  const image = context.createImageData(width, height);
  const pixels = new Uint32Array(image.data.buffer);
  const palette = paletteOf(colors);
  let sliceEnd = performance.now() + SLICE_MS;
  for (let x = 0; x < width; x++) {
    spectrum.levels(samples, Math.round((((x + 0.5) / width) * (to - from) * rate) / 1000), bands);
    for (let y = 0; y < height; y++) {
      const low = ((height - 1 - y) / height) * bands.length;
      const high = Math.max(low + 1, ((height - y) / height) * bands.length);
      let level = FLOOR_DB;
      for (let band = Math.floor(low); band < high; band++) level = Math.max(level, bands[band]);
      const share = Math.min(1, (level - FLOOR_DB) / (CEILING_DB - FLOOR_DB));
      pixels[y * width + x] = palette[Math.round(share * 255)];
    }
    if (performance.now() > sliceEnd) {
      await new Promise((resolve) => setTimeout(resolve));
      if (!isWanted()) return undefined;
      sliceEnd = performance.now() + SLICE_MS;
    }
  }
  context.putImageData(image, 0, 0);
  return isWanted() ? canvas : undefined;
}

/** @param {readonly string[]} colors */
function paletteOf(colors) {
  const stops = colors.map((color) => color.trim().split(/\s+/).map(Number));
  return Uint32Array.from({ length: 256 }, (_, i) => {
    const place = (i / 255) * (stops.length - 1);
    const [a, b] = [stops[Math.floor(place)], stops[Math.ceil(place)]];
    const [red, green, blue] = a.map((value, c) => Math.round(value + (b[c] - value) * (place % 1)));
    return (255 << 24) | (blue << 16) | (green << 8) | red;
  });
}
