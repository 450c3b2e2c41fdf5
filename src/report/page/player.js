/** Plays the call from any place: both sides, or one of them. */

/** @typedef {import("./sound.js").Sound} Sound */
/** @typedef {"both" | "caller" | "agent"} Heard */

/** How far ahead sound is decoded and handed to the computer. */
const AHEAD_MS = 3000;
const FILL_EVERY_MS = 250;
/** Both sides are told apart and still sound as from one room. */
const APART = 0.6;

export class Player {
  #sound;
  #durationMs;
  #changed;
  /** @type {AudioContext | undefined} */
  #context;
  /** @type {Record<"caller" | "agent", { gain: GainNode, pan: StereoPannerNode }> | undefined} */
  #sides;
  /** @type {Heard} */
  #heard = "both";
  /** @type {Set<AudioBufferSourceNode>} */
  #sources = new Set();
  /** One for each time that playing began. */
  #run = 0;
  #isPlaying = false;
  #from = 0;
  #startedAt = 0;
  #nextPiece = 0;
  #timer = 0;

  /** @param {Sound} sound @param {number} durationMs @param {() => void} changed it began or ended to play */
  constructor(sound, durationMs, changed) {
    this.#sound = sound;
    this.#durationMs = durationMs;
    this.#changed = changed;
  }

  get isPlaying() {
    return this.#isPlaying;
  }

  /** In ms of the call. */
  get position() {
    if (!this.#isPlaying || !this.#context) return this.#from;
    const playedMs = (this.#context.currentTime - this.#startedAt) * 1000;
    return Math.min(this.#durationMs, this.#from + Math.max(0, playedMs));
  }

  /** @param {Heard} heard */
  hear(heard) {
    this.#heard = heard;
    if (!this.#sides) return;
    for (const side of /** @type {const} */ (["caller", "agent"])) {
      const { gain, pan } = this.#sides[side];
      gain.gain.value = heard === "both" || heard === side ? 1 : 0;
      pan.pan.value = heard !== "both" ? 0 : side === "caller" ? -APART : APART;
    }
  }

  /** @param {number} at */
  seek(at) {
    const goesOn = this.#isPlaying;
    this.#silence();
    this.#from = Math.min(Math.max(0, at), this.#durationMs);
    if (goesOn) this.#start();
  }

  async play() {
    if (this.#isPlaying) return;
    if (this.#from >= this.#durationMs) this.#from = 0;
    const context = this.#open();
    this.#isPlaying = true;
    this.#changed();
    await context.resume();
    if (this.#isPlaying) this.#start();
  }

  pause() {
    if (!this.#isPlaying) return;
    this.#from = this.position;
    this.#isPlaying = false;
    this.#silence();
    this.#changed();
  }

  #open() {
    if (this.#context) return this.#context;
    const context = new AudioContext();
    const side = () => {
      const [gain, pan] = [context.createGain(), context.createStereoPanner()];
      gain.connect(pan).connect(context.destination);
      return { gain, pan };
    };
    this.#context = context;
    this.#sides = { caller: side(), agent: side() };
    this.hear(this.#heard);
    return context;
  }

  #start() {
    const context = this.#open();
    this.#startedAt = context.currentTime + 0.03;
    this.#nextPiece = Math.floor(this.#from / this.#sound.pieceMs);
    this.#run++;
    this.#fill();
    this.#timer = window.setInterval(() => this.#fill(), FILL_EVERY_MS);
  }

  #silence() {
    clearInterval(this.#timer);
    this.#run++;
    for (const source of this.#sources) source.stop();
    this.#sources.clear();
  }

  #fill() {
    if (this.position >= this.#durationMs) {
      this.pause();
      return;
    }
    while (this.#nextPiece * this.#sound.pieceMs < this.position + AHEAD_MS) {
      for (const side of /** @type {const} */ (["caller", "agent"]))
        void this.#schedule(side, this.#nextPiece, this.#run);
      this.#nextPiece++;
    }
  }

  /** @param {"caller" | "agent"} side @param {number} index @param {number} run */
  async #schedule(side, index, run) {
    const samples = await this.#sound.piece(side, index);
    const context = this.#context;
    if (!samples?.length || !context || !this.#sides || run !== this.#run) return;
    const buffer = context.createBuffer(1, samples.length, this.#sound.rateHz);
    const channel = buffer.getChannelData(0);
    for (let i = 0; i < samples.length; i++) channel[i] = samples[i] / 32768;
    const source = context.createBufferSource();
    source.buffer = buffer;
    source.connect(this.#sides[side].gain);
    const due = this.#startedAt + (index * this.#sound.pieceMs - this.#from) / 1000;
    const late = Math.max(0, context.currentTime - due, this.#startedAt - due);
    if (late >= buffer.duration) return;
    source.start(due + late, late);
    this.#sources.add(source);
    source.onended = () => this.#sources.delete(source);
  }
}
