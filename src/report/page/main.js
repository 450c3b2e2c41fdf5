/** The report of one call: reads what the page carries, and joins player, timeline, panels and list. */
import { embedded } from "./bytes.js";
import { byId, element } from "./elements.js";
import { EventList } from "./event-list.js";
import { EventTable } from "./event-table.js";
import { showPanels } from "./panels.js";
import { Peaks } from "./peaks.js";
import { Player } from "./player.js";
import { Sound } from "./sound.js";
import { TimelineView } from "./timeline.js";
import { View } from "./view.js";

/** @typedef {import("./page-document.js").PageDocument} PageDocument */

// A browser that is too old, say: better said than a page that stays half empty.
window.addEventListener("unhandledrejection", ({ reason }) => {
  byId("notes").append(element("p", "note", `This page cannot be shown whole: ${reason}`));
});

/** @type {PageDocument} */
const page = JSON.parse(byId("document").textContent ?? "");
const view = new View(page.analysis.durationMs);
const sound = new Sound(page.sound);
const player = new Player(sound, view.durationMs, showPlaying);
/** @type {EventList | undefined} */
let list;
/** @type {TimelineView | undefined} */
let timeline;

showPanels(page, (at) => {
  seek(at);
  view.focusOn(at);
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  byId("timeline").scrollIntoView({ behavior: calm ? "auto" : "smooth", block: "nearest" });
});
const hasSound = page.call.audio !== false;
byId("sound-note").textContent = hasSound ? page.sound.note : "";
for (const id of ["play", "spectrogram", "heard"]) byId(id).toggleAttribute("disabled", !hasSound);
const [caller, agent] = await Promise.all(
  ["caller", "agent"].map(async (side) => {
    const pairs = await embedded(`peaks-${side}`);
    return new Peaks(pairs ?? new Uint8Array(2), page.peaks.stepMs);
  }),
);
byId("timeline-area").setAttribute("aria-valuemax", String(Math.round(view.durationMs)));
timeline = new TimelineView(page, view, { caller, agent }, sound, seek);
takeControls();
takePaper();
// Not every browser lets the keyboard scroll these otherwise.
/** @type {NodeListOf<HTMLElement>} */
const boxes = document.querySelectorAll(".wide, .transcript, .event-detail");
for (const box of boxes) box.tabIndex = 0;
const table = await EventTable.read(page.events.count, page.events.pieces);
list = new EventList(table, seek);
document.documentElement.dataset.ready = "";

/** @param {number} at */
function seek(at) {
  player.seek(at);
  place(at);
}

/** Where the cursor stands, for everything that shows it. @param {number} at */
function place(at) {
  view.cursor = at;
  view.reveal(view.cursor);
  timeline?.moveCursor();
  list?.moveTo(view.cursor);
}

function showPlaying() {
  const button = byId("play");
  button.textContent = player.isPlaying ? "Pause" : "Play";
  button.setAttribute("aria-pressed", String(player.isPlaying));
  place(player.position);
  if (player.isPlaying) requestAnimationFrame(follow);
}

function follow() {
  if (!player.isPlaying) return;
  place(player.position);
  requestAnimationFrame(follow);
}

function toggle() {
  if (!hasSound) return;
  if (player.isPlaying) player.pause();
  else void player.play();
}

function takeControls() {
  byId("play").addEventListener("click", toggle);
  byId("heard").addEventListener("change", ({ target }) => {
    player.hear(/** @type {import("./player.js").Heard} */ (/** @type {HTMLInputElement} */ (target).value));
  });
  document.addEventListener("keydown", (event) => {
    const target = /** @type {HTMLElement} */ (event.target);
    if (event.key !== " " || target.closest("button, input, summary, a, [role=listbox]")) return;
    event.preventDefault();
    toggle();
  });
}

/** Browsers say in two ways that they are about to print; paper is laid out before either comes back. */
function takePaper() {
  const print = matchMedia("print");
  const turn = (/** @type {boolean} */ isPaper) => timeline?.paper(isPaper);
  print.addEventListener("change", ({ matches }) => turn(matches));
  window.addEventListener("beforeprint", () => turn(true));
  window.addEventListener("afterprint", () => turn(false));
}
