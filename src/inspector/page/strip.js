/** The levels of both sides in the last half minute: the caller's upwards, the agent's downwards, as the report draws a call. */
import { fullness } from "./call-list.js";

const SPAN_MS = 30_000;

export class Strip {
  #canvas;
  /** @type {{ at: number, caller: number, agent: number }[]} */
  #points = [];

  /** @param {HTMLCanvasElement} canvas */
  constructor(canvas) {
    this.#canvas = canvas;
    new ResizeObserver(() => this.#draw()).observe(canvas);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.#draw());
  }

  clear() {
    this.#points = [];
    this.#draw();
  }

  /** @param {number} caller dBFS @param {number} agent dBFS */
  add(caller, agent) {
    const at = performance.now();
    this.#points.push({ at, caller: fullness(caller), agent: fullness(agent) });
    while (this.#points[0].at < at - SPAN_MS) this.#points.shift();
    this.#draw();
  }

  #draw() {
    const canvas = this.#canvas;
    const { clientWidth: width, clientHeight: height } = canvas;
    const pen = canvas.getContext("2d");
    if (!pen || width === 0) return;
    const scale = window.devicePixelRatio || 1;
    if (canvas.width !== Math.round(width * scale) || canvas.height !== Math.round(height * scale)) {
      canvas.width = Math.round(width * scale);
      canvas.height = Math.round(height * scale);
    }
    pen.setTransform(scale, 0, 0, scale, 0, 0);
    pen.clearRect(0, 0, width, height);
    const style = getComputedStyle(canvas);
    const middle = height / 2;
    pen.fillStyle = style.getPropertyValue("--line");
    pen.fillRect(0, middle - 0.5, width, 1);
    const last = this.#points.at(-1)?.at ?? 0;
    const barWidth = Math.max(1, (width * 100) / SPAN_MS - 0.5);
    for (const { at, caller, agent } of this.#points) {
      const x = width - ((last - at) / SPAN_MS) * width - barWidth;
      pen.fillStyle = style.getPropertyValue("--caller");
      pen.fillRect(x, middle - caller * (middle - 2), barWidth, caller * (middle - 2));
      pen.fillStyle = style.getPropertyValue("--agent");
      pen.fillRect(x, middle, barWidth, agent * (middle - 2));
    }
  }
}
