/** The saved calls, and the chosen one: its report, its files, its problems, and what came of replaying it. */
import { byId, element } from "../../report/page/elements.js";
import { findingCard } from "../../report/page/finding-card.js";
import { clean, spellMs } from "../../report/page/words.js";
import { spellLength } from "./call-list.js";
import { fact } from "./live-panel.js";
import { RowList } from "./row-list.js";

/** @typedef {import("../messages.js").SavedCall} SavedCall */
/** @typedef {import("../messages.js").ReplayState} ReplayState */
/** @typedef {import("../messages.js").Problems} Problems */

export class SavedPanel {
  /** @type {RowList<string>} */
  #list;
  /** @type {Map<string, SavedCall>} */
  #calls = new Map();
  /** @type {Map<string, ReplayState>} */
  #replays = new Map();

  /** @param {(id: string) => void} choose */
  constructor(choose) {
    this.#list = new RowList(byId("saved"), choose);
  }

  get list() {
    return this.#list;
  }

  /** @param {string} id */
  find(id) {
    return this.#calls.get(id);
  }

  /** @param {boolean} saves */
  expect(saves) {
    this.#replays.clear();
    this.hint(saves);
    if (!saves) this.update([], 0);
  }

  /** Nothing is saved: says what would. @param {boolean} saves */
  hint(saves) {
    byId("no-saved").textContent = saves
      ? "None yet. Every call is saved when it has ended."
      : "Calls are not saved. Start the program with --record recordings to keep them, or press r in its terminal.";
  }

  /** @param {readonly SavedCall[]} calls @param {number} total */
  update(calls, total) {
    const shown = new Set(calls.map(({ id }) => id));
    for (const id of this.#calls.keys()) if (!shown.has(id)) this.#list.remove(id);
    this.#calls = new Map(calls.map((call) => [call.id, call]));
    // They come with the newest first; new ones go on top of those that are there.
    const isFirst = this.#list.size === 0;
    for (const call of isFirst ? calls : [...calls].reverse())
      this.#draw(this.#list.row(call.id, isFirst ? "last" : "first"), call);
    byId("saved-title").textContent = total > 0 ? `Saved calls: ${total}` : "Saved calls";
    byId("no-saved").hidden = total > 0;
    byId("older").hidden = total <= calls.length;
    byId("older").textContent = `The newest ${calls.length} of ${total} are shown.`;
    this.#list.mark(this.#list.chosen);
    if (this.#list.chosen !== undefined) this.show(this.#list.chosen);
  }

  /** @param {string} id @param {Problems} problems */
  learn(id, problems) {
    const call = this.#calls.get(id);
    if (!call) return;
    const learned = { ...call, problems };
    this.#calls.set(id, learned);
    this.#draw(this.#list.row(id, "last"), learned);
    if (this.#list.chosen === id) this.show(id);
  }

  /** @param {ReplayState} state */
  replayed(state) {
    this.#replays.set(state.id, state);
    if (this.#list.chosen === state.id) this.show(state.id);
  }

  /** Whether the call is being replayed. @param {string} id */
  isReplaying(id) {
    const state = this.#replays.get(id)?.state;
    return state === "reading" || state === "calling";
  }

  /** @param {string} id */
  show(id) {
    const call = this.#calls.get(id);
    if (!call) return;
    const { facts, problems } = call;
    byId("saved-call-title").textContent =
      facts.state === "broken" ? clean(call.name, 120) : `Call ${clean(facts.callId, 80)}`;
    for (const [link, file] of Object.entries(FILES)) byId(link).setAttribute("href", `/saved/${id}/${file}`);
    const isBroken = facts.state === "broken";
    byId("saved-facts").replaceChildren(
      ...(facts.state === "broken"
        ? [fact("Not a recording", clean(facts.detail))]
        : factsOf(facts, call.name)),
    );
    for (const link of ["report", "replay", "vcon", "har"]) byId(link).hidden = isBroken;
    byId("wav").hidden = facts.state === "broken" || !facts.hasWav;
    byId("replay").hidden = facts.state !== "closed";
    byId("saved-note").hidden = facts.state !== "open";
    byId("saved-note").textContent =
      "This recording was never closed: the call still runs, or its end was cut off.";
    showProblems(facts.state === "closed", problems);
    this.#showReplay(id);
  }

  /** @param {string} id */
  #showReplay(id) {
    const replay = this.#replays.get(id);
    const verdict = byId("verdict");
    const isReplaying = this.isReplaying(id);
    byId("replay").textContent = isReplaying ? "Stop the replay" : replay ? "Replay again" : "Replay";
    verdict.hidden = !replay;
    byId("checks").replaceChildren();
    if (!replay) return;
    const { state, ok, checks = [], detail, durationMs } = replay;
    verdict.className = `note ${state === "done" ? (ok ? "good" : "failed") : state === "failed" ? "failed" : ""}`;
    const failed = checks.filter((check) => !check.ok).length;
    verdict.textContent = {
      reading: "Reading the recording …",
      calling: `Calling as the recorded caller did: ${spellMs(durationMs ?? 0)} …`,
      done: ok
        ? `As recorded: ${checks.length} of ${checks.length} checks hold.`
        : `Not as recorded: ${failed} of ${checks.length} checks failed.`,
      failed: `Not replayed: ${clean(detail ?? "")}`,
    }[state];
    byId("checks").replaceChildren(...checks.map(checkLine));
  }

  /** @param {HTMLButtonElement} button @param {SavedCall} call */
  #draw(button, { name, facts, problems }) {
    const head = element("span", "row-head");
    const line = element("span", "row-facts");
    if (facts.state === "broken") {
      head.append(element("b", "numbers", clean(name, 80)));
      line.append(element("span", "bad", "not a recording"));
    } else {
      const { caller, callee, startedAt, durationMs, bytes } = facts;
      head.append(
        element("b", "numbers", `${clean(caller, 40) || "unknown"} → ${clean(callee, 40) || "unknown"}`),
        element("span", "number length", durationMs === undefined ? "not closed" : spellLength(durationMs)),
      );
      line.append(
        element("span", "number", new Date(startedAt).toLocaleString()),
        element("span", "number", spellBytes(bytes)),
      );
      if (problems) line.append(element("span", problems.errors > 0 ? "bad" : "", spellProblems(problems)));
      else if (facts.state === "closed") line.append(element("span", "", "…"));
    }
    button.replaceChildren(head, line);
  }
}

const FILES = { report: "report.html", wav: "call.wav", vcon: "call.vcon.json", har: "call.har" };

/** @param {Exclude<SavedCall["facts"], { state: "broken" }>} facts @param {string} name */
function factsOf({ startedAt, durationMs, caller, callee, format, agent, bytes, end, hasSound }, name) {
  return [
    fact("Started", new Date(startedAt).toLocaleString()),
    fact("Length", durationMs === undefined ? "–" : spellMs(durationMs)),
    fact("Ended", clean(end ?? "not yet, or cut off")),
    fact("Numbers", `${clean(caller, 40) || "unknown"} → ${clean(callee, 40) || "unknown"}`),
    fact("Format", hasSound ? format : `${format}, no sound kept`),
    fact("Agent", clean(agent, 120)),
    fact("Size", spellBytes(bytes)),
    fact("Folder", clean(name, 120)),
  ];
}

/** @param {boolean} isClosed @param {Problems | undefined} problems */
function showProblems(isClosed, problems) {
  byId("problems-title").textContent = problems
    ? `${spellProblems(problems).replace(/^n/, "N")}${problems.errors + problems.warnings > 0 ? " found" : ""}`
    : isClosed
      ? "Looking for problems …"
      : "";
  byId("findings").replaceChildren(...(problems?.findings ?? []).map((finding) => findingCard(finding)));
}

/** @param {import("../messages.js").Problems} problems */
function spellProblems({ errors, warnings }) {
  const words = [
    ...(errors > 0 ? [`${errors} error${errors > 1 ? "s" : ""}`] : []),
    ...(warnings > 0 ? [`${warnings} warning${warnings > 1 ? "s" : ""}`] : []),
  ];
  return words.join(", ") || "no problems";
}

/** @param {number} bytes */
function spellBytes(bytes) {
  if (bytes < 1e6) return `${Math.max(1, Math.round(bytes / 1000))} kB`;
  return `${(bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0)} MB`;
}

/** @param {NonNullable<ReplayState["checks"]>[number]} check */
function checkLine({ expect, ok, measured, unit, reason }) {
  const line = element("li", ok ? "ok" : "failed");
  line.append(
    element("b", "", ok ? "✓ " : "✗ "),
    element("span", "unseen", ok ? "holds: " : "failed: "),
    clean(expect, 300),
  );
  if (measured !== null)
    line.append(element("span", "soft number", ` ${clean(String(measured), 80)}${unit ? ` ${unit}` : ""}`));
  if (reason) line.append(element("p", "why", clean(reason)));
  return line;
}
