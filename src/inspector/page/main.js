/** The inspector: joins the line to the program with the lists and the chosen call. */
import { byId, element } from "../../report/page/elements.js";
import { clean } from "../../report/page/words.js";
import { CallList } from "./call-list.js";
import { Line } from "./line.js";
import { LivePanel } from "./live-panel.js";
import { SavedPanel } from "./saved-panel.js";

/** @typedef {import("../messages.js").ToPage} ToPage */

const NOTE_MS = 8000;

const calls = new CallList((n) => chooseCall(n, true));
const saved = new SavedPanel(chooseSaved);
const live = new LivePanel();
const line = new Line({ message: hear, state: showLine });
let isCallAwaited = false;

byId("test-call").addEventListener("click", () => {
  line.tell({ type: "test-call" });
  // The next call that begins is most likely the one that was asked for.
  isCallAwaited = true;
});
byId("hang-up").addEventListener("click", () => {
  const n = calls.list.chosen;
  if (n !== undefined) line.tell({ type: "hang-up", n });
});
byId("replay").addEventListener("click", () => {
  const id = saved.list.chosen;
  if (id !== undefined) line.tell({ type: saved.isReplaying(id) ? "stop-replay" : "replay", id });
});
for (const button of document.querySelectorAll(".back"))
  button.addEventListener("click", () => {
    const [n, id] = [calls.list.chosen, saved.list.chosen];
    if (n !== undefined) calls.list.focus(n);
    else if (id !== undefined) saved.list.focus(id);
  });

// Not every browser lets the keyboard scroll these otherwise.
for (const id of ["said", "live-events"]) byId(id).tabIndex = 0;

void line.open();

/** @param {import("./line.js").LineState} state @param {string} words @param {string} why */
function showLine(state, words, why) {
  byId("line").dataset.state = state;
  byId("line").textContent = words;
  for (const id of ["test-call", "hang-up", "replay"]) byId(id).toggleAttribute("disabled", state !== "up");
  if (state !== "up") byId("phone").hidden = true;
  const notes = byId("notes");
  if (notes.textContent === why) return;
  notes.replaceChildren(...(why ? [element("p", "note failed", why)] : []));
}

/** @param {ToPage} message */
function hear(message) {
  switch (message.type) {
    case "welcome":
      welcome(message);
      break;
    case "update":
      update(message);
      break;
    case "saved":
      saved.update(message.calls, message.total);
      break;
    case "saves":
      saved.hint(message.saves);
      break;
    case "problems":
      saved.learn(message.id, message.problems);
      break;
    case "replay":
      saved.replayed(message);
      break;
    case "phone":
      byId("phone").setAttribute("href", message.link);
      break;
    case "note":
      note(message.ok, message.text);
  }
}

/** All that was shown may be out of date. @param {ToPage & { type: "welcome" }} message */
function welcome({ agent, url, version, saves, showPersonal, phone, now }) {
  byId("server").textContent = `${clean(agent, 120)} at ${url}`;
  byId("version").textContent = `smartpbx-bridge ${version}, on this computer only.`;
  byId("privacy").textContent = showPersonal
    ? "Numbers, words and keys are shown in full."
    : "Numbers, words and keys are masked. Started with --show-personal, the program shows them.";
  byId("phone").setAttribute("href", phone);
  byId("phone").hidden = false;
  calls.clear();
  calls.skewMs = now - Date.now();
  saved.expect(saves);
  const n = calls.list.chosen;
  if (n !== undefined) chooseCall(n, false);
}

/** @param {ToPage & { type: "update" }} message */
function update({ rows = [], gone = [], levels = [], unlisted = 0, lines }) {
  const isNew = isCallAwaited && rows.find(({ n, end }) => !end && !calls.find(n));
  calls.update(rows, gone, unlisted);
  calls.show(levels);
  if (isNew) {
    isCallAwaited = false;
    chooseCall(isNew.n, false);
  }
  const chosen = calls.list.chosen;
  if (chosen === undefined) return;
  const row = rows.find(({ n }) => n === chosen);
  if (row) live.show(row);
  const level = levels.find(([n]) => n === chosen);
  if (level) live.level(level[1], level[2]);
  if (lines?.n !== chosen) return;
  if (lines.all) live.clear();
  live.add(lines.lines);
}

/** @param {number} n @param {boolean} isByHand */
function chooseCall(n, isByHand) {
  const row = calls.find(n);
  saved.list.mark(undefined);
  calls.list.mark(n);
  live.clear();
  if (row) live.show(row);
  line.tell({ type: "watch", n });
  showDetail("live", isByHand);
}

/** @param {string} id */
function chooseSaved(id) {
  calls.list.mark(undefined);
  saved.list.mark(id);
  saved.show(id);
  showDetail("saved-call", true);
}

/** @param {"live" | "saved-call"} which @param {boolean} isByHand */
function showDetail(which, isByHand) {
  for (const id of ["none-chosen", "live", "saved-call"]) byId(id).hidden = id !== which;
  // Where the detail stands below the lists, whoever chose is taken there.
  if (!isByHand || !matchMedia("(max-width: 60rem)").matches) return;
  byId(`${which}-title`).focus({ preventScroll: true });
  byId("detail").scrollIntoView({ block: "start" });
}

/** @param {boolean} ok @param {string} text */
function note(ok, text) {
  const shown = element("p", `note ${ok ? "good" : "failed"}`, clean(text, 600));
  byId("notes").append(shown);
  setTimeout(() => shown.remove(), NOTE_MS);
}
