/** Draws the timeline: a ruler, what the caller and the agent sounded like, and between them how long each reply took. */
import { clean, clock, spellMs, tickStep } from "./words.js";

/** @typedef {import("./peaks.js").Peaks} Peaks */
/** @typedef {import("./sound.js").Sound} Sound */
/** @typedef {import("./view.js").View} View */
/** @typedef {import("./page-document.js").PageDocument} PageDocument */
/** @typedef {Record<string, string>} Colors */
/** @typedef {{ from: number, to: number, canvas: HTMLCanvasElement }} Picture */
/**
 * @typedef {object} Scene
 * @property {PageDocument} page
 * @property {View} view
 * @property {Record<"caller" | "agent", Peaks>} peaks
 * @property {Sound} sound
 * @property {Colors} colors
 * @property {Partial<Record<"caller" | "agent", Picture>>} pictures spectrograms, where they are shown
 * @property {number} width in CSS pixels
 */

export const RULER_HEIGHT = 22;
export const LANE_HEIGHT = 92;
const GAP_HEIGHT = 34;
/** Two rows: what the caller broke into or marked, and below it keys and tools. */
const NOTES_ROW = 18;
const NOTES_HEIGHT = 2 * NOTES_ROW + 4;
const CALLER_TOP = RULER_HEIGHT;
const GAP_TOP = CALLER_TOP + LANE_HEIGHT;
const AGENT_TOP = GAP_TOP + GAP_HEIGHT;
const NOTES_TOP = AGENT_TOP + LANE_HEIGHT;
export const HEIGHT = NOTES_TOP + NOTES_HEIGHT;

const FONT = "11px system-ui, sans-serif";
/** Nearer than this the samples themselves are drawn, not their outline. */
const SAMPLES_BELOW_MS = 8_000;
/** Quiet calls are drawn larger, up to this. */
const MOST_GAIN = 8;

/** @param {CanvasRenderingContext2D} context @param {Scene} scene */
export function drawLanes(context, scene) {
  const { width, colors } = scene;
  context.clearRect(0, 0, width, HEIGHT);
  context.font = FONT;
  context.textBaseline = "middle";
  context.fillStyle = colors.lane;
  context.fillRect(0, CALLER_TOP, width, LANE_HEIGHT);
  context.fillRect(0, AGENT_TOP, width, LANE_HEIGHT);
  drawRuler(context, scene);
  drawSide(context, scene, "caller", CALLER_TOP);
  drawSide(context, scene, "agent", AGENT_TOP);
  drawReplies(context, scene);
  drawBargeIns(context, scene);
  drawNotes(context, scene);
}

/** @param {Scene} scene @param {number} ms */
function xOf({ view, width }, ms) {
  return ((ms - view.from) / view.span) * width;
}

/** @param {Scene} scene @param {{ from: number, to: number }} span */
function isInSight({ view }, { from, to }) {
  return to >= view.from && from <= view.to;
}

/** @param {CanvasRenderingContext2D} context @param {Scene} scene */
function drawRuler(context, scene) {
  const { view, width, colors } = scene;
  const step = tickStep(view.span / Math.max(1, width / 90));
  context.textAlign = "left";
  for (let at = Math.ceil(view.from / step) * step; at <= view.to; at += step) {
    const x = Math.round(xOf(scene, at));
    context.fillStyle = colors.line;
    context.fillRect(x, RULER_HEIGHT - 6, 1, HEIGHT - RULER_HEIGHT - NOTES_HEIGHT + 6);
    context.fillStyle = colors.soft;
    if (x < width - 40) context.fillText(clock(at, step < 1000 ? (step < 10 ? 3 : 2) : 0), x + 3, 9);
  }
  for (const { at, severity } of scene.page.analysis.findings) {
    if (at === undefined) continue;
    const x = xOf(scene, at);
    context.fillStyle = severity === "error" ? colors.bad : colors.warn;
    context.beginPath();
    context.moveTo(x - 5, RULER_HEIGHT - 9);
    context.lineTo(x + 5, RULER_HEIGHT - 9);
    context.lineTo(x, RULER_HEIGHT);
    context.fill();
  }
}

/** @param {CanvasRenderingContext2D} context @param {Scene} scene @param {"caller" | "agent"} side @param {number} top */
function drawSide(context, scene, side, top) {
  const { page, width, colors, pictures } = scene;
  const { utterances, agentSpeech } = page.analysis;
  const picture = pictures[side];
  if (picture) {
    const [left, right] = [xOf(scene, picture.from), xOf(scene, picture.to)];
    context.drawImage(picture.canvas, left, top, right - left, LANE_HEIGHT);
  }
  for (const span of side === "caller" ? utterances : agentSpeech) {
    if (!isInSight(scene, span)) continue;
    const [left, right] = [xOf(scene, span.from), Math.max(xOf(scene, span.to), xOf(scene, span.from) + 1)];
    if (!picture) {
      context.fillStyle = colors[`${side}Ground`];
      context.fillRect(left, top, right - left, LANE_HEIGHT);
    }
    context.fillStyle = colors[side];
    context.fillRect(left, side === "caller" ? top + LANE_HEIGHT - 3 : top, right - left, 3);
  }
  if (picture) return;
  context.fillStyle = colors[side];
  if (scene.view.span > SAMPLES_BELOW_MS || !drawSamples(context, scene, side, top))
    drawOutline(context, scene, side, top);
  context.fillStyle = colors[side];
  context.globalAlpha = 0.5;
  context.fillRect(0, top + LANE_HEIGHT / 2, width, 0.5);
  context.globalAlpha = 1;
}

/** @param {Scene} scene */
function gainOf({ peaks }) {
  return Math.min(MOST_GAIN, 0.95 / Math.max(peaks.caller.loudest, peaks.agent.loudest, 0.01));
}

/** @param {CanvasRenderingContext2D} context @param {Scene} scene @param {"caller" | "agent"} side @param {number} top */
function drawOutline(context, scene, side, top) {
  const { view, width, peaks } = scene;
  const scale = (gainOf(scene) * LANE_HEIGHT) / 2;
  const middle = top + LANE_HEIGHT / 2;
  const range = new Float32Array(2);
  const columns = width * 2;
  for (let column = 0; column < columns; column++) {
    const at = view.from + (column / columns) * view.span;
    peaks[side].range(at, at + view.span / columns, range);
    const height = (range[1] - range[0]) * scale;
    if (height > 0.4) context.fillRect(column / 2, middle - range[1] * scale, 0.5, height);
  }
}

/**
 * @param {CanvasRenderingContext2D} context @param {Scene} scene @param {"caller" | "agent"} side @param {number} top
 * @returns {boolean} false while they are not decoded yet
 */
function drawSamples(context, scene, side, top) {
  const { view, width, sound } = scene;
  const first = Math.floor(view.from / sound.pieceMs);
  const last = Math.floor(view.to / sound.pieceMs);
  for (let index = first; index <= last; index++)
    if (!sound.pieceNow(side, index) && document.getElementById(`sound-${side}-${index}`)) return false;
  const scale = (gainOf(scene) * LANE_HEIGHT) / 2 / 32768;
  const middle = top + LANE_HEIGHT / 2;
  const perPixel = (view.span * sound.rateHz) / 1000 / (width * 2);
  const pieceSamples = (sound.pieceMs * sound.rateHz) / 1000;
  /** @param {number} at */
  const sampleAt = (at) => sound.pieceNow(side, Math.floor(at / pieceSamples))?.[at % pieceSamples] ?? 0;
  const start = (view.from * sound.rateHz) / 1000;
  context.beginPath();
  for (let column = 0; column < width * 2; column++) {
    const from = Math.floor(start + column * perPixel);
    const to = Math.max(from + 1, Math.floor(start + (column + 1) * perPixel));
    let [low, high] = [sampleAt(from), sampleAt(from)];
    for (let at = from + 1; at < to; at++) {
      const sample = sampleAt(at);
      if (sample < low) low = sample;
      if (sample > high) high = sample;
    }
    context.lineTo(column / 2, middle - low * scale);
    if (high !== low) context.lineTo(column / 2, middle - high * scale);
  }
  context.strokeStyle = context.fillStyle;
  context.lineWidth = 1;
  context.stroke();
  return true;
}

/** A bar from the end of the caller's words to the answer. @param {CanvasRenderingContext2D} context @param {Scene} scene */
function drawReplies(context, scene) {
  const { page, colors } = scene;
  const middle = GAP_TOP + GAP_HEIGHT / 2;
  let free = Number.NEGATIVE_INFINITY;
  context.textAlign = "center";
  for (const { to, reply } of page.analysis.utterances) {
    if (!reply) continue;
    const answered = to + reply.latencyMs;
    if (!isInSight(scene, { from: to, to: answered })) continue;
    const [left, right] = [xOf(scene, to), xOf(scene, answered)];
    const isSlow = reply.latencyMs > page.slowMs;
    context.fillStyle = isSlow ? colors.bad : colors.good;
    context.fillRect(left, middle + 5, Math.max(1.5, right - left), 4);
    context.fillRect(left, GAP_TOP, 1, middle + 9 - GAP_TOP);
    context.fillRect(right - 1, middle + 5, 1, AGENT_TOP - middle - 5);
    const label = `${isSlow ? "slow " : ""}${spellMs(reply.latencyMs)}`;
    const half = context.measureText(label).width / 2;
    const centre = (left + right) / 2;
    if (centre - half <= free) continue;
    context.fillText(label, centre, middle - 4);
    free = centre + half + 6;
  }
}

/** Where the agent was cut off: what was heard meanwhile, and how much never was. @param {CanvasRenderingContext2D} context @param {Scene} scene */
function drawBargeIns(context, scene) {
  const { page, colors, view } = scene;
  context.textAlign = "left";
  for (const { at, stoppedAfterMs, droppedMs } of page.analysis.bargeIns) {
    const silent = stoppedAfterMs === undefined ? view.durationMs : at + stoppedAfterMs;
    if (!isInSight(scene, { from: at, to: silent + (droppedMs ?? 0) })) continue;
    const [left, stop] = [xOf(scene, at), xOf(scene, silent)];
    context.fillStyle = colors.bad;
    context.fillRect(left - 0.75, CALLER_TOP, 1.5, AGENT_TOP + LANE_HEIGHT - CALLER_TOP);
    context.globalAlpha = 0.3;
    context.fillRect(left, AGENT_TOP, Math.max(1, stop - left), LANE_HEIGHT);
    context.globalAlpha = 1;
    if (droppedMs) {
      const right = xOf(scene, silent + droppedMs);
      hatch(context, stop, AGENT_TOP + LANE_HEIGHT - 18, right - stop, 18, colors.soft);
      const label = `${spellMs(droppedMs)} never heard`;
      context.fillStyle = colors.soft;
      if (right - stop > context.measureText(label).width + 8)
        context.fillText(label, stop + 4, AGENT_TOP + LANE_HEIGHT - 27);
    }
  }
}

/** @param {CanvasRenderingContext2D} context @param {number} x @param {number} y @param {number} width @param {number} height @param {string} color */
function hatch(context, x, y, width, height, color) {
  context.save();
  context.beginPath();
  context.rect(x, y, width, height);
  context.clip();
  context.strokeStyle = color;
  context.lineWidth = 1;
  context.strokeRect(x + 0.5, y + 0.5, width - 1, height - 1);
  context.beginPath();
  const [left, right] = [Math.max(x, -height), Math.min(x + width, context.canvas.width)];
  for (let start = left - height; start < right; start += 7) {
    context.moveTo(start, y + height);
    context.lineTo(start + height, y);
  }
  context.stroke();
  context.restore();
}

/** @param {CanvasRenderingContext2D} context @param {Scene} scene */
function drawNotes(context, scene) {
  const { page, colors } = scene;
  const { keys, tools, bargeIns } = page.analysis;
  drawNotesRow(context, scene, NOTES_TOP, [
    ...bargeIns.map(({ at }) => ({ at, text: "barge-in", color: colors.bad })),
    ...page.marks.map(({ at, number }) => ({ at, text: `mark ${number}`, color: colors.accent })),
  ]);
  drawNotesRow(context, scene, NOTES_TOP + NOTES_ROW, [
    ...keys.map(({ at, digit }) => ({ at, text: `key ${clean(digit, 1)}`, color: colors.caller })),
    ...tools.map(({ at, name }) => ({ at, text: clean(name, 24), color: colors.agent })),
  ]);
}

/**
 * One behind the other; what has no room stays without its words.
 * @param {CanvasRenderingContext2D} context @param {Scene} scene @param {number} top
 * @param {{ at: number, text: string, color: string }[]} notes
 */
function drawNotesRow(context, scene, top, notes) {
  let free = Number.NEGATIVE_INFINITY;
  context.textAlign = "left";
  for (const { at, text, color } of notes.sort((a, b) => a.at - b.at)) {
    const x = xOf(scene, at);
    if (x < -200 || x > scene.width) continue;
    context.fillStyle = color;
    context.fillRect(x - 0.5, top, 1.5, x > free ? NOTES_ROW - 2 : 7);
    if (x <= free) continue;
    context.fillText(text, x + 4, top + 10);
    free = x + context.measureText(text).width + 8;
  }
}
