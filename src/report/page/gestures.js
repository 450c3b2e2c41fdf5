/** Mouse, fingers and keys on the timeline. */

/** @typedef {import("./view.js").View} View */

const DRAG_PX = 4;
const WHEEL_PX = 400;

/**
 * Wheel and pinch zoom, drag pans, a click seeks.
 * @param {HTMLElement} area @param {View} view @param {(at: number) => void} seek
 */
export function takePointers(area, view, seek) {
  /** @type {Map<number, number>} */
  const pointers = new Map();
  let startX = 0;
  let isDrag = false;
  const timeAt = (/** @type {number} */ clientX) => {
    const { left, width } = area.getBoundingClientRect();
    return view.from + ((clientX - left) / width) * view.span;
  };
  area.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    pointers.set(event.pointerId, event.clientX);
    area.setPointerCapture(event.pointerId);
    startX = event.clientX;
    isDrag = pointers.size > 1;
  });
  area.addEventListener("pointermove", (event) => {
    const before = pointers.get(event.pointerId);
    if (before === undefined) return;
    if (!isDrag && Math.abs(event.clientX - startX) < DRAG_PX) return;
    isDrag = true;
    const others = [...pointers].filter(([id]) => id !== event.pointerId);
    const [other] = others;
    pointers.set(event.pointerId, event.clientX);
    if (other) {
      const still = other[1];
      const factor = Math.abs(event.clientX - still) / Math.max(8, Math.abs(before - still));
      view.zoom(Math.min(4, Math.max(0.25, factor)), timeAt(still));
    } else view.pan(((before - event.clientX) / area.clientWidth) * view.span);
  });
  const lift = (/** @type {PointerEvent} */ event) => {
    if (!pointers.delete(event.pointerId)) return;
    if (event.type === "pointerup" && !isDrag && pointers.size === 0) seek(timeAt(event.clientX));
  };
  area.addEventListener("pointerup", lift);
  area.addEventListener("pointercancel", lift);
  area.addEventListener(
    "wheel",
    (event) => {
      event.preventDefault();
      const unit = event.deltaMode === 1 ? 16 : event.deltaMode === 2 ? 400 : 1;
      const sideways = event.shiftKey ? event.deltaY || event.deltaX : event.deltaX;
      if (Math.abs(sideways) > Math.abs(event.deltaY) || event.shiftKey)
        view.pan(((sideways * unit) / area.clientWidth) * view.span);
      else view.zoom(2 ** ((-event.deltaY * unit) / WHEEL_PX), timeAt(event.clientX));
    },
    { passive: false },
  );
}

/**
 * Keys while the timeline has the focus. Arrows move the cursor, with Shift the stretch.
 * @param {HTMLElement} area @param {View} view @param {(at: number) => void} seek
 */
export function takeKeys(area, view, seek) {
  area.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const step = view.span / 50;
    /** @type {Record<string, () => void>} */
    const actions = {
      "+": () => view.zoom(2),
      "=": () => view.zoom(2),
      "-": () => view.zoom(0.5),
      0: () => view.fit(),
      ArrowRight: () => (event.shiftKey ? view.pan(view.span / 4) : seek(view.cursor + step)),
      ArrowLeft: () => (event.shiftKey ? view.pan(-view.span / 4) : seek(view.cursor - step)),
      ArrowUp: () => view.zoom(1.5),
      ArrowDown: () => view.zoom(1 / 1.5),
      PageDown: () => seek(view.cursor + view.span / 2),
      PageUp: () => seek(view.cursor - view.span / 2),
      Home: () => seek(0),
      End: () => seek(view.durationMs),
    };
    const action = actions[event.key];
    if (!action) return;
    event.preventDefault();
    action();
  });
}

/** The strip of the whole call: a press or a drag puts the stretch there. @param {HTMLElement} strip @param {View} view */
export function takeOverview(strip, view) {
  let isDown = false;
  const centre = (/** @type {PointerEvent} */ event) => {
    const { left, width } = strip.getBoundingClientRect();
    const at = ((event.clientX - left) / width) * view.durationMs;
    view.show(at - view.span / 2, at + view.span / 2);
  };
  strip.addEventListener("pointerdown", (event) => {
    isDown = true;
    strip.setPointerCapture(event.pointerId);
    centre(event);
  });
  strip.addEventListener("pointermove", (event) => {
    if (isDown) centre(event);
  });
  for (const end of /** @type {const} */ (["pointerup", "pointercancel"]))
    strip.addEventListener(end, () => {
      isDown = false;
    });
}
