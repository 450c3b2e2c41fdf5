/** The page's line to the program: opened once with the link's token, then a WebSocket for sound and messages. */

const KEY = "smartpbx-phone-key";

/**
 * @typedef {{ type: string, [field: string]: any }} Message see `messages.ts`
 * @typedef {object} LineEvents
 * @property {(message: Message) => void} message
 * @property {(samples: Int16Array) => void} sound 48 kHz, any number
 * @property {(words: string) => void} closed the line is gone for good
 */

const WORDS = {
  "in-use": "This phone is in use in another tab or window. Go on there; this page can be closed.",
  used: "This link has been used: it opens the phone once. Look for a new link where the program runs.",
  refused: "This link is not, or no longer, valid. Open the address that the program printed, all of it.",
  ended: "The program has ended. Start it again, and open the address that it prints.",
  lost: "The connection to the program is gone. See whether it still runs, and load this page again.",
};

export class Line {
  #socket;

  /** @param {WebSocket} socket */
  constructor(socket) {
    this.#socket = socket;
  }

  /** @param {Message} message */
  tell(message) {
    if (this.#socket.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(message));
  }

  /** @param {ArrayBuffer} frame 20 ms */
  say(frame) {
    // A connection that is stuck would turn sound into delay.
    if (this.#socket.readyState === WebSocket.OPEN && this.#socket.bufferedAmount < 100_000)
      this.#socket.send(frame);
  }
}

/**
 * @param {LineEvents} events
 * @returns {Promise<Line>}
 * @throws {Error} whose message says in words why the phone cannot be used
 */
export async function openLine(events) {
  const key = await exchange();
  const socket = new WebSocket(
    `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/phone/line`,
    ["smartpbx-phone", key],
  );
  socket.binaryType = "arraybuffer";
  socket.addEventListener("message", ({ data }) => {
    if (typeof data === "string") events.message(JSON.parse(data));
    else events.sound(new Int16Array(data));
  });
  socket.addEventListener("close", ({ code }) =>
    events.closed(code === 4409 ? WORDS["in-use"] : code === 1001 ? WORDS.ended : WORDS.lost),
  );
  addEventListener("pagehide", () => socket.close());
  return new Line(socket);
}

/** The key of this tab: kept while it lives, so that the page may be loaded again. */
async function exchange() {
  const token = location.hash.slice(1);
  const kept = sessionStorage.getItem(KEY);
  // The token is good once, so that it need not be seen or kept any longer.
  history.replaceState(null, "", location.pathname);
  for (const shown of [token, kept]) {
    if (!shown) continue;
    const { state, key } = await ask(shown);
    if (state === "opened") {
      sessionStorage.setItem(KEY, key);
      return key;
    }
    if (state === "in-use" || shown === kept || !kept) throw new Error(WORDS[state] ?? WORDS.refused);
  }
  throw new Error(WORDS.refused);
}

/**
 * @param {string} shown
 * @returns {Promise<{ state: keyof typeof WORDS | "opened", key: string }>}
 */
async function ask(shown) {
  const response = await fetch("/phone/session", { method: "POST", body: shown }).catch(() => undefined);
  if (!response?.ok) throw new Error(WORDS.lost);
  return response.json();
}
