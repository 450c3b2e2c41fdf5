/** What the page says in words: what the call was, its problems, its turns, and who said what. */
import { END_WORDS } from "../words.js";
import { byId, element } from "./elements.js";
import { findingCard } from "./finding-card.js";
import { clean, clock, spellDb, spellMs } from "./words.js";

/** @typedef {import("./page-document.js").PageDocument} PageDocument */
/** @typedef {(at: number) => void} Seek */

/** Nobody reads more, and a broken recording may claim any number. */
const MOST_ROWS = 2000;

/** @param {PageDocument} page @param {Seek} seek */
export function showPanels(page, seek) {
  showCall(page);
  showFindings(page, seek);
  showFacts(page);
  showTurns(page, seek);
  showBargeIns(page, seek);
  showTools(page, seek);
  showTranscript(page, seek);
  showWarnings(page, seek);
}

/** @param {PageDocument} page */
function showCall({ call, analysis, notes }) {
  const title = `Call ${clean(call.callId, 80)}`;
  document.title = title;
  byId("title").textContent = title;
  const { encoding, sampleRate } = call.format;
  const end = analysis.end ? END_WORDS[analysis.end.reason] : undefined;
  const detail = analysis.end?.detail.replace(/^the /, "");
  const facts = [
    ["Started", new Date(call.startedAt).toUTCString().replace("GMT", "UTC")],
    ["Length", spellMs(analysis.durationMs)],
    [
      "Ended",
      end
        ? `${end}${detail && detail !== end ? ` (${clean(detail, 120)})` : ""}`
        : call.state === "closed"
          ? clean(call.detail ?? "cut off", 120)
          : "cut off, or still running",
    ],
    ["Format", `${encoding} ${sampleRate} Hz`],
    ["Agent", clean(call.agent, 120)],
    ["Numbers", `${clean(call.caller, 40) || "unknown"} → ${clean(call.callee, 40) || "unknown"}`],
    ["Recorded by", call.source],
  ];
  byId("call-facts").replaceChildren(
    ...facts.map(([name, value]) => {
      const fact = element("div");
      fact.append(element("dt", "", name), element("dd", "", value));
      return fact;
    }),
  );
  byId("notes").replaceChildren(...notes.map((note) => element("p", "note", note)));
}

/** @param {PageDocument} page @param {Seek} seek */
function showFindings({ analysis }, seek) {
  const { findings } = analysis;
  byId("problems-title").textContent =
    findings.length === 0 ? "No problems found" : `Problems found: ${findings.length}`;
  byId("problems").classList.toggle("good", findings.length === 0);
  byId("findings").replaceChildren(
    ...findings.map((finding) => {
      const card = findingCard(finding);
      const { at } = finding;
      if (at !== undefined) card.append(placeButton(at, seek, `Show at ${clock(at)}`));
      return card;
    }),
  );
}

/** @param {PageDocument} page */
function showFacts({ analysis, slowMs }) {
  const latencies = analysis.utterances
    .flatMap(({ reply }) => (reply ? [reply.latencyMs] : []))
    .sort((a, b) => a - b);
  const slow = latencies.filter((ms) => ms > slowMs).length;
  const middle = latencies[Math.max(0, Math.ceil(latencies.length / 2) - 1)];
  const longest = latencies.at(-1);
  /** @type {[string, string, string?][]} */
  const facts = [
    [
      "First audio, median",
      middle === undefined ? "–" : spellMs(middle),
      middle !== undefined && middle > slowMs ? "bad" : "",
    ],
    ["Slowest reply", longest === undefined ? "–" : spellMs(longest), slow > 0 ? "bad" : ""],
    ["Replies", `${latencies.length} to ${analysis.utterances.length}`],
    ["Greeting", analysis.greetingMs === undefined ? "none" : spellMs(analysis.greetingMs)],
    ["Barge-ins", String(analysis.bargeIns.length)],
    ["Both spoke", spellMs(analysis.talkOverMs)],
    ["Caller's level", spellDb(analysis.caller.speechDbfs)],
    ["Agent's level", spellDb(analysis.agent.speechDbfs)],
  ];
  byId("facts").replaceChildren(
    ...facts.map(([name, value, kind]) => {
      const fact = element("div", kind);
      fact.append(element("dt", "", name), element("dd", "", value));
      return fact;
    }),
  );
}

/** @param {PageDocument} page @param {Seek} seek */
function showTurns({ call, analysis, slowMs }, seek) {
  const most = Math.max(slowMs, ...analysis.utterances.map(({ reply }) => reply?.latencyMs ?? 0));
  const rows = analysis.utterances.slice(0, MOST_ROWS).map(({ from, to, reply }, index) => {
    const row = element("tr");
    const latency = element("td", "latency");
    if (reply) {
      const isSlow = reply.latencyMs > slowMs;
      const bar = element("i", isSlow ? "bar bad" : "bar");
      bar.style.width = `${Math.max(2, (Math.max(0, reply.latencyMs) / most) * 100)}%`;
      const track = element("span", "track");
      track.append(bar);
      latency.append(
        element("span", isSlow ? "bad" : "", `${isSlow ? "slow " : ""}${spellMs(reply.latencyMs)}`),
        track,
      );
    } else latency.append(element("span", "none", "no reply"));
    row.append(
      element("td", "number", String(index + 1)),
      cell(placeButton(from, seek)),
      element("td", "number", spellMs(to - from)),
      latency,
      reply ? cell(placeButton(reply.from, seek)) : element("td", "none", "–"),
      element("td", "number", reply ? spellMs(reply.to - reply.from) : "–"),
      element("td", "number", reply && call.audio !== false ? spellDb(reply.speechDbfs) : "–"),
    );
    return row;
  });
  fill("turns", rows, analysis.utterances.length);
}

/** @param {PageDocument} page @param {Seek} seek */
function showBargeIns({ analysis }, seek) {
  const spoken = (/** @type {number | undefined} */ ms) => (ms === undefined ? "–" : spellMs(ms));
  const rows = analysis.bargeIns.slice(0, MOST_ROWS).map(({ at, stoppedAfterMs, heardMs, droppedMs }) => {
    const row = element("tr");
    row.append(
      cell(placeButton(at, seek)),
      element("td", "number", stoppedAfterMs === undefined ? "spoke on" : spellMs(stoppedAfterMs)),
      element("td", "number", spoken(heardMs)),
      element("td", "number", spoken(droppedMs)),
    );
    return row;
  });
  fill("barge-ins", rows, analysis.bargeIns.length);
}

/** @param {PageDocument} page @param {Seek} seek */
function showTools({ analysis }, seek) {
  const rows = analysis.tools.slice(0, MOST_ROWS).map(({ at, name, args, result }) => {
    const row = element("tr");
    const outcome = result
      ? `${result.isError ? "failed" : "answered"} after ${spellMs(result.tookMs)}`
      : "no answer";
    row.append(
      cell(placeButton(at, seek)),
      element("td", "", clean(name, 80)),
      element(
        "td",
        "words",
        args === undefined ? "" : clean(typeof args === "string" ? args : JSON.stringify(args), 400),
      ),
      element("td", !result || result.isError ? "bad" : "", outcome),
    );
    return row;
  });
  fill("tools", rows, analysis.tools.length);
}

/** @param {PageDocument} page @param {Seek} seek */
function showTranscript({ analysis }, seek) {
  const { transcripts } = analysis;
  byId("transcript").hidden = transcripts.length === 0;
  byId("transcript-lines").replaceChildren(
    ...transcripts.slice(0, MOST_ROWS).map(({ at, who, text }) => {
      const line = element("li", who);
      const head = element("small", "", who === "agent" ? "Agent " : "Caller ");
      head.append(placeButton(at, seek));
      line.append(head, element("p", "", clean(text)));
      return line;
    }),
    ...left(transcripts.length, "li"),
  );
}

/** @param {PageDocument} page @param {Seek} seek */
function showWarnings({ analysis }, seek) {
  const rows = analysis.warnings.slice(0, MOST_ROWS).map(({ at, code, message, count }) => {
    const row = element("tr");
    row.append(
      cell(placeButton(at, seek)),
      element("td", "", clean(code, 60)),
      element("td", "words", clean(message)),
      element("td", "number", `${count}×`),
    );
    return row;
  });
  fill("warnings", rows, analysis.warnings.length);
}

/** @param {string} id of the section, whose table gets the rows; without any it is hidden @param {HTMLElement[]} rows @param {number} all */
function fill(id, rows, all) {
  byId(id).hidden = rows.length === 0;
  byId(id)
    .querySelector("tbody")
    ?.replaceChildren(...rows, ...left(all, "tr"));
}

/** @param {number} all @param {"tr" | "li"} name */
function left(all, name) {
  if (all <= MOST_ROWS) return [];
  const line = element(name);
  line.append(element(name === "tr" ? "td" : "p", "none", `and ${all - MOST_ROWS} more`));
  return [line];
}

/** @param {HTMLElement} inside */
function cell(inside) {
  const made = element("td");
  made.append(inside);
  return made;
}

/** @param {number} at @param {Seek} seek @param {string} [words] */
function placeButton(at, seek, words = clock(at)) {
  const button = element("button", "place", words);
  button.type = "button";
  button.setAttribute("aria-label", `Go to ${clock(at)}`);
  button.addEventListener("click", () => seek(at));
  return button;
}
