/** The timeline on the page: its canvases, the cursor above them, and the spectrograms when they are asked for. */
import { byId } from "./elements.js";
import { takeKeys, takeOverview, takePointers } from "./gestures.js";
import { drawLanes, HEIGHT, LANE_HEIGHT } from "./lanes.js";
import { drawSpectrogram, LONGEST_MS } from "./spectrogram.js";
import { clock } from "./words.js";

/** @typedef {import("./lanes.js").Scene} Scene */
/** @typedef {import("./peaks.js").Peaks} Peaks */
/** @typedef {import("./sound.js").Sound} Sound */
/** @typedef {import("./view.js").View} View */
/** @typedef {import("./page-document.js").PageDocument} PageDocument */

const OVERVIEW_HEIGHT = 44;
const SIDES = /** @type {const} */ (["caller", "agent"]);
const COLORS = [
  ...["lane", "line", "soft", "good", "warn", "bad", "accent"],
  ...["caller", "agent", "callerGround", "agentGround", "quiet", "middle", "loud"],
];
/** The picture follows when the stretch has rested so long. */
const REST_MS = 150;
/** Paper is as wide as this, in CSS pixels. */
const PAPER_PX = 1000;

export class TimelineView {
  #lanes = /** @type {HTMLCanvasElement} */ (byId("lanes"));
  #overview = /** @type {HTMLCanvasElement} */ (byId("overview"));
  #area = byId("timeline-area");
  #cursor = byId("cursor");
  /** @type {Scene} */
  #scene;
  #isDue = false;
  #showsSpectrogram = false;
  #spectrogramRun = 0;
  #restTimer = 0;

  /**
   * @param {PageDocument} page @param {View} view @param {Record<"caller" | "agent", Peaks>} peaks @param {Sound} sound
   * @param {(at: number) => void} seek
   */
  constructor(page, view, peaks, sound, seek) {
    this.#scene = { page, view, peaks, sound, colors: {}, pictures: {}, width: 0 };
    takePointers(this.#area, view, seek);
    takeKeys(this.#area, view, seek);
    takeOverview(this.#overview, view);
    byId("zoom-in").addEventListener("click", () => view.zoom(2));
    byId("zoom-out").addEventListener("click", () => view.zoom(0.5));
    byId("zoom-fit").addEventListener("click", () => view.fit());
    byId("spectrogram").addEventListener("click", () => this.#toggleSpectrogram());
    view.watch(() => this.#viewChanged());
    this.#viewChanged();
    new ResizeObserver(() => this.redraw()).observe(this.#area);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.redraw());
    this.redraw();
  }

  /** With the colours of the moment, as soon as the page is drawn next. */
  redraw() {
    this.#scene.colors = {};
    this.#drawSoon();
  }

  /** On paper the whole call is shown, dark on light. @param {boolean} isPaper */
  paper(isPaper) {
    document.documentElement.toggleAttribute("data-paper", isPaper);
    this.#scene.colors = {};
    this.#draw(isPaper ? PAPER_PX : undefined);
  }

  moveCursor() {
    const { view } = this.#scene;
    const x = ((view.cursor - view.from) / view.span) * this.#area.clientWidth;
    this.#cursor.hidden = !view.isInSight(view.cursor);
    this.#cursor.style.transform = `translateX(${x}px)`;
    const words = `${clock(view.cursor, 1)} of ${clock(view.durationMs, 1)}`;
    this.#area.setAttribute("aria-valuenow", String(Math.round(view.cursor)));
    this.#area.setAttribute("aria-valuetext", words);
    byId("clock").textContent = words.replace(" of ", " / ");
  }

  #viewChanged() {
    const { from, to } = this.#scene.view;
    this.#area.dataset.stretch = `${Math.round(from)}-${Math.round(to)}`;
    this.#drawSoon();
    this.#spectrogramRun++;
    clearTimeout(this.#restTimer);
    this.#restTimer = window.setTimeout(() => this.#rested(), REST_MS);
  }

  /** Nobody zooms or pans at the moment: what takes longer can be made. */
  #rested() {
    void this.#loadSamples();
    if (this.#showsSpectrogram) void this.#makeSpectrograms();
  }

  async #loadSamples() {
    const { view, sound } = this.#scene;
    if (view.span > 2 * sound.pieceMs) return;
    const [first, last] = [view.from, view.to].map((at) => Math.floor(at / sound.pieceMs));
    for (let index = first; index <= last; index++)
      await Promise.all(SIDES.map((side) => sound.piece(side, index)));
    this.#drawSoon();
  }

  #toggleSpectrogram() {
    this.#showsSpectrogram = !this.#showsSpectrogram;
    byId("spectrogram").setAttribute("aria-pressed", String(this.#showsSpectrogram));
    this.#scene.pictures = {};
    this.#spectrogramRun++;
    byId("spectrogram-note").textContent = "";
    if (this.#showsSpectrogram) void this.#makeSpectrograms();
    this.#drawSoon();
  }

  async #makeSpectrograms() {
    const { view, sound, colors, width } = this.#scene;
    const note = byId("spectrogram-note");
    const run = ++this.#spectrogramRun;
    if (view.span > LONGEST_MS) {
      note.textContent = "Zoom in to a minute or less for the spectrogram.";
      this.#scene.pictures = {};
      this.#drawSoon();
      return;
    }
    note.textContent = `Up to ${sound.rateHz / 2000} kHz; the stronger the colour, the louder.`;
    const { from, to } = view;
    const picture = {
      from,
      to,
      width: Math.max(1, Math.round(width * this.#scale)),
      height: Math.round(LANE_HEIGHT * this.#scale),
      colors: [colors.quiet, colors.middle, colors.loud],
    };
    for (const side of SIDES) {
      const canvas = await drawSpectrogram(sound, side, picture, () => run === this.#spectrogramRun);
      if (!canvas) return;
      this.#scene.pictures[side] = { from, to, canvas };
      this.#drawSoon();
    }
  }

  get #scale() {
    return Math.min(2, window.devicePixelRatio || 1);
  }

  #drawSoon() {
    if (this.#isDue) return;
    this.#isDue = true;
    requestAnimationFrame(() => this.#draw());
  }

  #draw(width = this.#area.clientWidth) {
    this.#isDue = false;
    if (width === 0) return;
    const scene = this.#scene;
    scene.width = width;
    if (!scene.colors.lane) scene.colors = readColors();
    const lanes = this.#prepare(this.#lanes, width, HEIGHT);
    if (lanes) drawLanes(lanes, scene);
    const overview = this.#prepare(this.#overview, width, OVERVIEW_HEIGHT);
    if (overview) drawOverview(overview, scene);
    this.moveCursor();
  }

  /** @param {HTMLCanvasElement} canvas @param {number} width @param {number} height */
  #prepare(canvas, width, height) {
    const scale = this.#scale;
    canvas.width = Math.round(width * scale);
    canvas.height = Math.round(height * scale);
    const context = canvas.getContext("2d");
    context?.scale(scale, scale);
    return context;
  }
}

/** @param {CanvasRenderingContext2D} context @param {Scene} scene */
function drawOverview(context, { page, view, peaks, colors, width }) {
  const range = new Float32Array(2);
  const gain = Math.min(8, 0.95 / Math.max(peaks.caller.loudest, peaks.agent.loudest, 0.01));
  const half = OVERVIEW_HEIGHT / 2;
  context.fillStyle = colors.lane;
  context.fillRect(0, 0, width, OVERVIEW_HEIGHT);
  for (let x = 0; x < width; x++) {
    const from = (x / width) * view.durationMs;
    for (const side of SIDES) {
      peaks[side].range(from, from + view.durationMs / width, range);
      const height = Math.min(1, Math.max(-range[0], range[1]) * gain) * (half - 2);
      context.fillStyle = colors[side];
      if (height > 0.3) context.fillRect(x, side === "caller" ? half - height : half, 1, height);
    }
  }
  for (const { at, severity } of page.analysis.findings) {
    if (at === undefined) continue;
    context.fillStyle = severity === "error" ? colors.bad : colors.warn;
    context.fillRect((at / view.durationMs) * width - 1, 0, 2, OVERVIEW_HEIGHT);
  }
  const [left, right] = [view.from, view.to].map((at) => (at / view.durationMs) * width);
  context.globalAlpha = 0.14;
  context.fillStyle = colors.soft;
  context.fillRect(0, 0, left, OVERVIEW_HEIGHT);
  context.fillRect(right, 0, width - right, OVERVIEW_HEIGHT);
  context.globalAlpha = 1;
  context.strokeStyle = colors.accent;
  context.lineWidth = 2;
  context.strokeRect(left + 1, 1, Math.max(2, right - left - 2), OVERVIEW_HEIGHT - 2);
}

function readColors() {
  const style = getComputedStyle(document.documentElement);
  return Object.fromEntries(COLORS.map((name) => [name, style.getPropertyValue(`--${name}`).trim()]));
}
