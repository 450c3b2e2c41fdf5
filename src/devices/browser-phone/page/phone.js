/** The browser phone: buttons and keys on one side, the line to the program and the sound on the other. */
import { openLine } from "./line.js";
import {
  addTranscript,
  alertWith,
  byId,
  clearAlerts,
  Meter,
  showClock,
  showFact,
  showNoTranscript,
  showState,
  spellMs,
} from "./screen.js";
import { openSound } from "./sound.js";

/** @import { Line, Message } from "./line.js" */
/** @import { Report, Sound } from "./sound.js" */

const DIGITS = "123456789*0#";
const DIGIT_NAMES = /** @type {Record<string, string>} */ ({ "*": "star", "#": "hash" });

const call = /** @type {HTMLButtonElement} */ (byId("call"));
const mute = /** @type {HTMLButtonElement} */ (byId("mute"));
const hangUp = /** @type {HTMLButtonElement} */ (byId("hang-up"));
const formats = /** @type {HTMLFieldSetElement} */ (byId("formats"));
const clean = /** @type {HTMLInputElement} */ (byId("clean"));
const keypad = byId("keypad");
const you = new Meter("you");
const agent = new Meter("agent");

/** @type {Line | undefined} */
let line;
/** @type {Sound | undefined} */
let sound;
let isFixed = false;
let isMuted = false;
/** Of the present call; undefined while nothing is up. @type {number | undefined} */
let answeredAt;
let turns = 0;
let noTranscript = "";
let reportedAt = 0;

/** @param {Message} message */
function onMessage(message) {
  switch (message.type) {
    case "welcome":
      showFact("endpoint", message.endpoint);
      choose(message.encoding);
      isFixed = message.fixed;
      noTranscript = message.noTranscript ?? "What is said appears here, where the agent reports it.";
      showNoTranscript(noTranscript);
      ready("Ready to call");
      break;
    case "answered":
      answeredAt = performance.now();
      showState("up", `In call, ${message.format}`);
      break;
    case "greeting":
      showFact("greeting", spellMs(message.greetingMs));
      break;
    case "turn":
      showFact("turns", ++turns);
      showFact("first-audio", spellMs(message.firstAudioMs));
      break;
    case "transcript":
      addTranscript(message.who, message.text);
      break;
    case "warning":
      alertWith(message.message, "warning");
      break;
    case "ended":
      stopSound();
      if (!message.ok) alertWith(`${message.detail}${message.fix ? ` ${message.fix}` : ""}`);
      ready(message.ok ? `Ended: ${message.detail}` : "The call failed", message.ok ? "idle" : "bad");
  }
}

async function startCall() {
  if (!line) return;
  clearAlerts();
  showNoTranscript(noTranscript);
  for (const id of ["first-audio", "greeting", "held"]) showFact(id, "–");
  for (const id of ["turns", "gaps"]) showFact(id, 0);
  turns = 0;
  call.disabled = true;
  formats.disabled = true;
  clean.disabled = true;
  showState("ring", "Starting the microphone …");
  try {
    sound = await openSound(
      { clean: clean.checked },
      { said: onFrame, heard: onHeard, unplugged: onUnplugged },
    );
  } catch (error) {
    alertWith(error instanceof Error ? error.message : String(error));
    ready("No call was placed", "bad");
    return;
  }
  setMuted(false);
  showState("ring", "Calling …");
  showButtons(true);
  hangUp.focus();
  line.tell({ type: "call", encoding: chosen() });
}

/** @param {string} words @param {"idle" | "bad"} [state] */
function ready(words, state = "idle") {
  const hadFocus = document.activeElement;
  showState(state, words);
  showButtons(false);
  call.disabled = false;
  formats.disabled = isFixed;
  clean.disabled = false;
  if (hadFocus !== document.body && !(/** @type {HTMLElement} */ (hadFocus)?.offsetParent)) call.focus();
}

/** @param {boolean} up */
function showButtons(up) {
  call.hidden = up;
  mute.hidden = !up;
  hangUp.hidden = !up;
  keypad.hidden = !up;
  byId("setup").hidden = up;
}

function stopSound() {
  sound?.stop();
  sound = undefined;
  answeredAt = undefined;
  showClock(undefined);
  you.show(0);
  agent.show(0);
}

/** @param {ArrayBuffer} frame @param {number} level */
function onFrame(frame, level) {
  line?.say(frame);
  you.show(isMuted ? 0 : level, isMuted ? "muted" : undefined);
}

/** @param {Report} report */
function onHeard({ level, underruns, concealedMs, heldMs }) {
  agent.show(level);
  if (answeredAt === undefined) return;
  const now = performance.now();
  showClock(now - answeredAt);
  if (now - reportedAt < 1000) return;
  reportedAt = now;
  showFact("gaps", underruns === 0 ? 0 : `${underruns} (${spellMs(concealedMs)})`);
  showFact("held", spellMs(heldMs));
  line?.tell({ type: "sound", underruns, concealedMs });
}

function onUnplugged() {
  alertWith("The microphone is gone. The call goes on, and the agent hears silence.", "warning");
}

/** @param {string} words */
function onClosed(words) {
  line = undefined;
  stopSound();
  ready("Not connected", "bad");
  call.disabled = true;
  alertWith(words);
}

/** @param {boolean} muted */
function setMuted(muted) {
  isMuted = muted;
  sound?.mute(muted);
  mute.setAttribute("aria-pressed", String(muted));
  mute.textContent = muted ? "Muted" : "Mute";
}

/** @param {string} digit */
function press(digit) {
  if (answeredAt === undefined) return;
  line?.tell({ type: "key", digit });
  const button = [...keypad.children].find(({ textContent }) => textContent === digit);
  button?.classList.add("pressed");
  setTimeout(() => button?.classList.remove("pressed"), 150);
}

function chosen() {
  const choice = document.querySelector("input[name=encoding]:checked");
  return choice instanceof HTMLInputElement ? choice.value : "g711_ulaw";
}

/** @param {string} encoding */
function choose(encoding) {
  const choice = document.querySelector(`input[value="${CSS.escape(encoding)}"]`);
  if (choice instanceof HTMLInputElement) choice.checked = true;
}

for (const digit of DIGITS) {
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = digit;
  if (DIGIT_NAMES[digit]) button.setAttribute("aria-label", DIGIT_NAMES[digit]);
  button.addEventListener("click", () => press(digit));
  keypad.append(button);
}
addEventListener("keydown", ({ key, ctrlKey, altKey, metaKey, repeat }) => {
  if (!ctrlKey && !altKey && !metaKey && !repeat && DIGITS.includes(key) && key.length === 1) press(key);
});
call.addEventListener("click", () => void startCall());
mute.addEventListener("click", () => setMuted(!isMuted));
hangUp.addEventListener("click", () => {
  showState("ring", "Hanging up …");
  line?.tell({ type: "hang-up" });
});
byId("setup").addEventListener("submit", (event) => event.preventDefault());
// A page that comes back from the browser's memory has lost its line.
addEventListener("pageshow", ({ persisted }) => persisted && location.reload());

openLine({ message: onMessage, sound: (samples) => sound?.play(samples), closed: onClosed }).then(
  (opened) => {
    line = opened;
  },
  (error) => {
    showState("bad", "Not connected");
    alertWith(error instanceof Error ? error.message : String(error));
  },
);
