/** One session of a made endpoint: hears when somebody has spoken, and answers at the pace of speech. */
import type { WebSocket } from "ws";
import { bytesPerMs, frameBytes, type MediaFormat, PORTAL_FORMATS } from "../../../src/audio/format.js";
import { decodeUlaw, encodeUlaw } from "../../../src/audio/g711.js";
import { pcmSamples } from "../../../src/audio/pcm.js";
import { SpeechDetector } from "../../../src/audio/speech.js";
import type { Timer } from "../../../src/clock.js";
import { coded, type Kind, type MadeEndpoint } from "./made-endpoint.js";

const PAUSE_MS = 500;
const ONSET_FRAMES = 3;
const LEAD_MS = 60;
/** callId, otherLegCallId, both numbers, accountId, mediaFormat. */
const START_FIELDS = 6;

interface Start {
  readonly callId: string;
  readonly accountId: string;
  readonly callerIdNumber: string;
  readonly mediaFormat: { readonly encoding: MediaFormat["encoding"]; readonly sampleRate: number | string };
}

export class MadeSession {
  readonly #endpoint: MadeEndpoint;
  #sockets: { socket: WebSocket; ids: object }[] = [];
  #format: MediaFormat = PORTAL_FORMATS.g711_ulaw;
  #speech = new SpeechDetector(PORTAL_FORMATS.g711_ulaw);
  #ticking: Timer | undefined;
  #openedAt = 0;
  #voicedFrames = 0;
  #voicedAt = Number.NEGATIVE_INFINITY;
  #heard: Int16Array[] = [];
  /** What is still to be said, and how much of the stream has been sent since it began. */
  #unsaid: Uint8Array = new Uint8Array(0);
  #streamAt = 0;
  #streamedMs = 0;
  #isDeaf = false;
  #callNumber = 0;
  #answers = 0;

  constructor(endpoint: MadeEndpoint) {
    this.#endpoint = endpoint;
  }

  get #now(): number {
    return this.#endpoint.clock.now();
  }

  join(socket: WebSocket): void {
    const { wrong } = this.#endpoint;
    if (wrong.shared !== "all") this.#sockets = [];
    this.#sockets.push({ socket, ids: {} });
    socket.on("message", (data) => this.#take(socket, JSON.parse(data.toString())));
    socket.on("close", () => {
      this.#sockets = this.#sockets.filter((one) => one.socket !== socket);
      if (this.#sockets.length === 0 && !wrong.shared) this.end();
    });
  }

  end(): void {
    this.#ticking?.cancel();
    this.#ticking = undefined;
  }

  #take(socket: WebSocket, message: { event: string; start?: Start; media?: { payload: string } }): void {
    const kind = kindOf(message, this.#format);
    const fate = this.#endpoint.wrong.at?.(kind);
    if (fate === "crash") this.#endpoint.crash();
    if (fate === "drop") socket.terminate();
    if (fate === "crash" || fate === "drop") return;
    if (fate === "deaf") this.#isDeaf = true;
    if (message.event === "start" && message.start) this.#start(socket, message.start);
    if (message.event === "media" && message.media) this.#hear(Buffer.from(message.media.payload, "base64"));
    if ((kind === "hangup" || kind === "end") && !this.#endpoint.wrong.keepsSocket) socket.close(1000);
  }

  #start(socket: WebSocket, { callId, accountId, mediaFormat }: Start): void {
    const { wrong } = this.#endpoint;
    const { opus = "refuse" } = wrong;
    this.#callNumber = ++this.#endpoint.calls;
    if (mediaFormat.encoding === "opus") {
      if (opus === "refuse") socket.close(wrong.opusCode ?? 1003, "opus is not supported");
      if (opus === "drop") socket.terminate();
      if (opus === "refuse" || opus === "drop") return;
      if (opus === "silent") this.#isDeaf = true;
      if (opus === "μ-law") void this.#later(() => this.#say(encodeUlaw(new Int16Array(0)), true), 1000);
    }
    if (wrong.closesAtStart !== undefined) socket.close(wrong.closesAtStart, "no");
    if (wrong.deafIn === mediaFormat.encoding) this.#isDeaf = true;
    if (this.#endpoint.callers > (wrong.answersAtOnce ?? Number.POSITIVE_INFINITY)) this.#isDeaf = true;
    if (wrong.answersOnce === "silent" && this.#callNumber > 1) this.#isDeaf = true;
    if (mediaFormat.encoding !== "opus") {
      this.#format = { encoding: mediaFormat.encoding, sampleRate: Number(mediaFormat.sampleRate) as 8000 };
      this.#speech = new SpeechDetector(this.#format);
    }
    const ids = wrong.ids?.({ callId, accountId }, this.#callNumber) ?? { callId, accountId };
    this.#sockets = this.#sockets.map((one) => (one.socket === socket ? { socket, ids } : one));
    this.#openedAt = this.#now;
    this.#voicedAt = this.#now;
    this.#streamAt = this.#now;
    this.#tick();
    if (wrong.greets)
      this.#later(
        () => this.#say(this.#endpoint.spoken("greeting", this.#format)),
        wrong.greetsAfterMs ?? 300,
      );
  }

  #later(what: () => void, ms: number): void {
    this.#endpoint.clock.setTimer(what, ms);
  }

  #hear(bytes: Buffer): void {
    const { wrong } = this.#endpoint;
    if (this.#isDeaf || this.#now - this.#openedAt < (wrong.opensAfterMs ?? 0)) return;
    if (!this.#speech.push(bytes)) {
      if (this.#voicedFrames > 0) this.#heard.push(this.#decoded(bytes));
      return;
    }
    this.#voicedFrames++;
    this.#voicedAt = this.#now;
    this.#heard.push(this.#decoded(bytes));
    if (this.#voicedFrames === ONSET_FRAMES && !wrong.ignoresBargeIn) this.#unsaid = new Uint8Array(0);
  }

  #decoded(bytes: Buffer): Int16Array {
    return this.#format.encoding === "pcm16" ? pcmSamples(Buffer.from(bytes)) : decodeUlaw(bytes);
  }

  /** Each 20 ms: whether the caller has finished, and what is due. */
  #tick(): void {
    this.#ticking?.cancel();
    const { wrong, clock } = this.#endpoint;
    this.#ticking = clock.setTimer(() => this.#tick(), 20);
    if (wrong.diesOfSilenceMs !== undefined && this.#now - this.#voicedAt > wrong.diesOfSilenceMs) {
      for (const { socket } of this.#sockets) socket.terminate();
      this.end();
      return;
    }
    if (this.#voicedFrames >= ONSET_FRAMES && this.#now - this.#voicedAt >= PAUSE_MS) this.#answer();
    this.#stream();
  }

  #answer(): void {
    const { wrong } = this.#endpoint;
    const heard = Int16Array.from(this.#heard.flatMap((piece) => [...piece]));
    this.#voicedFrames = 0;
    this.#heard = [];
    if (wrong.mute || this.#isDeaf || this.#answers === wrong.answersAtMost) return;
    this.#answers++;
    const audio = wrong.echo
      ? (wrong.code ?? coded)(wrong.echo(heard), this.#format)
      : this.#endpoint.spoken("reply", this.#format);
    const said = wrong.header ? Buffer.concat([wrong.header, audio]) : audio;
    if (wrong.thinksMs === undefined) this.#say(said);
    else this.#later(() => this.#say(said), wrong.thinksMs);
  }

  #say(audio: Uint8Array, isOpus = false): void {
    this.#unsaid = isOpus ? this.#endpoint.spoken("reply", PORTAL_FORMATS.g711_ulaw) : audio;
    if (this.#endpoint.wrong.filling === undefined) {
      this.#streamAt = this.#now;
      this.#streamedMs = 0;
    }
    this.#stream();
  }

  #stream(): void {
    const { wrong } = this.#endpoint;
    const { pace = 1, filling } = wrong;
    const perMs = bytesPerMs(this.#format);
    const size = wrong.frameBytes ?? frameBytes(this.#format);
    while (this.#unsaid.length > 0 || filling !== undefined) {
      if (this.#streamedMs > (this.#now - this.#streamAt) * pace + LEAD_MS - 20) return;
      let frame = this.#unsaid.subarray(0, size);
      this.#unsaid = this.#unsaid.subarray(size);
      if (frame.length === 0) frame = new Uint8Array(size).fill(filling as number);
      this.#send(frame);
      this.#streamedMs += frame.length / perMs;
    }
  }

  #send(frame: Uint8Array): void {
    const { envelope, binary = false } = this.#endpoint.wrong;
    const media = { payload: Buffer.from(frame).toString("base64") };
    for (const { socket, ids } of this.#sockets) {
      const message = JSON.stringify(envelope?.(media) ?? { event: "media", ...ids, media });
      if (socket.readyState === socket.OPEN) socket.send(binary ? Buffer.from(message) : message);
    }
  }
}

function kindOf(
  message: { event: string; start?: Start; media?: { payload?: string } },
  format: MediaFormat,
): Kind {
  const { event, start, media } = message;
  if (event === "start" && start) {
    if (typeof start.mediaFormat.sampleRate === "string") return "string-rate";
    if (!("otherLegCallId" in start)) return "no-other-leg";
    if (!/^\+?\d+$/.test(start.callerIdNumber)) return "odd-numbers";
    if (Object.keys(start).length > START_FIELDS) return "extra-fields";
  }
  if (event === "media" && format.encoding !== "opus") {
    const bytes = Buffer.from(media?.payload ?? "", "base64").length;
    return bytes % frameBytes(format) === 0 ? "media" : "odd-media";
  }
  if (event === "stop") return "end";
  return ["connected", "start", "media", "dtmf", "hangup"].includes(event) ? (event as Kind) : "unknown";
}
