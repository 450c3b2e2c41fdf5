/** The page's line to the program: opened once with the link's token, then a WebSocket that is made again when it breaks. */

const KEY = "smartpbx-inspector-key";
const TRY_AGAIN_MS = [500, 1000, 2000, 4000];

const WORDS = {
  used: "This link has been used: it opens the inspector once. Look for a new link where the program runs.",
  refused:
    "This page's key is not, or no longer, good: the program was started again, or the page was opened elsewhere. Open the address that the program printed last, all of it.",
  lost: "The program does not answer. Trying again …",
  ended: "The program has ended. When it is started again, open the address that it prints.",
};

/** @typedef {import("../messages.js").ToPage} ToPage */
/** @typedef {import("../messages.js").FromPage} FromPage */
/** @typedef {"wait" | "up" | "bad"} LineState */
/**
 * @typedef {object} LineEvents
 * @property {(message: ToPage) => void} message
 * @property {(state: LineState, words: string, why: string) => void} state `why` is long, and empty when all is well
 */

export class Line {
  #events;
  /** @type {WebSocket | undefined} */
  #socket;
  #tries = 0;
  #hasEnded = false;

  /** @param {LineEvents} events */
  constructor(events) {
    this.#events = events;
    window.addEventListener("pagehide", () => this.#socket?.close());
    // A page that the browser kept asleep.
    window.addEventListener("pageshow", ({ persisted }) => persisted && void this.open());
  }

  /** @param {FromPage} message */
  tell(message) {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(message));
  }

  async open() {
    const shown = await exchange();
    if (shown.state === "lost") return this.#again();
    if (shown.state !== "opened") return this.#events.state("bad", "Not connected", WORDS[shown.state]);
    const socket = new WebSocket(`ws://${location.host}/calls`, ["smartpbx-inspector", shown.key]);
    this.#socket = socket;
    socket.addEventListener("open", () => {
      this.#tries = 0;
      this.#hasEnded = false;
      this.#events.state("up", "Live", "");
    });
    socket.addEventListener("message", ({ data }) => this.#events.message(JSON.parse(data)));
    socket.addEventListener("close", ({ code }) => {
      this.#hasEnded ||= code === 1001;
      this.#again();
    });
  }

  #again() {
    const words = this.#hasEnded ? WORDS.ended : WORDS.lost;
    this.#events.state("bad", "Not connected", words);
    const delay = TRY_AGAIN_MS[Math.min(this.#tries++, TRY_AGAIN_MS.length - 1)];
    setTimeout(() => void this.open(), delay);
  }
}

/**
 * The key of this tab: kept while it lives, so that the page may be loaded again.
 * @returns {Promise<{ state: "opened", key: string } | { state: "used" | "refused" | "lost" }>}
 */
async function exchange() {
  const token = location.hash.slice(1);
  const kept = sessionStorage.getItem(KEY);
  /** @type {Awaited<ReturnType<typeof exchange>>} */
  let last = { state: "refused" };
  for (const shown of [token, kept]) {
    if (!shown) continue;
    const answer = await ask(shown);
    if (answer.state === "lost") return answer;
    // The token is good once, so that it need not be seen or kept any longer.
    history.replaceState(null, "", location.pathname);
    if (answer.state === "opened") {
      sessionStorage.setItem(KEY, answer.key);
      return answer;
    }
    last = answer;
  }
  return last;
}

/** @param {string} shown @returns {ReturnType<typeof exchange>} */
async function ask(shown) {
  const response = await fetch("/session", { method: "POST", body: shown }).catch(() => undefined);
  return response?.ok ? response.json() : { state: "lost" };
}
