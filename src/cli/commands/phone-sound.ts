/** The sound of a live call: microphone → echo control → line, and line → jitter buffer → speaker. */
import { FRAME_MS, type MediaFormat } from "../../audio/format.js";
import { JitterBuffer } from "../../audio/jitter-buffer.js";
import type { OpusFraming } from "../../audio/opus-framing.js";
import type { Clock } from "../../clock.js";
import type { BackendName, DeviceChoice, Microphone, Speaker } from "../../devices/device.js";
import { type EchoControl, EchoGuard, noEchoControl } from "../../devices/echo-guard.js";
import { openMicrophone, openSpeaker } from "../../devices/open.js";
import { Playback } from "../../devices/playback.js";
import { BridgeError } from "../../errors.js";
import { CaptureQueue } from "../../simulate/capture-queue.js";
import { LIVE_FRAME_SAMPLES, LIVE_RATE_HZ, LiveVoice } from "../../simulate/live-voice.js";
import { Meter } from "../ui/meter.js";

/** In place of a speaker's name: the system's default, and only a notice where there is none. */
export const IF_ANY = Symbol("if any");

export interface SoundWishes {
  /** A name, or true for the system's default. Undefined: none. */
  readonly microphone: string | true | undefined;
  readonly speaker: string | true | typeof IF_ANY | undefined;
  readonly echo: "cancel" | "guard" | "off" | undefined;
  /** What carries the sound; undefined: the best of what works. */
  readonly backend?: BackendName;
  readonly clock: Clock;
  /** Told what the user should know although the call goes on. */
  readonly onNotice: (message: string) => void;
  /** A device is gone. At most once for each. */
  readonly onLost: (error: Error) => void;
}

/** What became of the sound, for the summary. */
export interface SoundFacts {
  readonly microphone?: string;
  readonly speaker?: string;
  readonly echo?: string;
  /** Times at which the speaker had nothing of the agent's running speech to play. */
  readonly underruns?: number;
  /** Audio made up in their place. */
  readonly concealedMs?: number;
  /** What the jitter buffer holds back, in the end. */
  readonly jitterBufferMs?: number;
  /** Times at which the microphone had nothing for the line. */
  readonly microphoneGaps?: number;
  readonly microphoneDroppedMs?: number;
}

export class PhoneSound {
  readonly callerMeter = new Meter();
  readonly agentMeter = new Meter();
  isMuted = false;
  readonly #clock: Clock;
  readonly #microphone: Microphone | undefined;
  readonly #speaker: Speaker | undefined;
  readonly #echo: EchoControl;
  readonly #queue = new CaptureQueue(LIVE_FRAME_SAMPLES);
  readonly #jitter = new JitterBuffer(LIVE_RATE_HZ);
  readonly #playback: Playback | undefined;
  readonly #silence = new Int16Array(LIVE_FRAME_SAMPLES);
  /** The call is up: what was said before is nobody's. */
  #isSpeaking = false;
  #isClosed = false;
  #underrunsBefore = 0;

  /** @throws BridgeError when a device that is wished for cannot be opened. */
  static async open(wishes: SoundWishes): Promise<PhoneSound> {
    const { microphone, speaker, backend, onNotice } = wishes;
    const choice: DeviceChoice = { ...(backend && { backend }), onNotice };
    const name = microphone === true ? undefined : microphone;
    const input =
      microphone === undefined
        ? undefined
        : await openMicrophone({ ...choice, ...(name !== undefined && { name }) });
    // Before the speaker is opened, which must not be left without sound meanwhile.
    const echo = input && speaker !== undefined ? await echoControl(wishes) : noEchoControl;
    try {
      return new PhoneSound(wishes, input, await openOutput(speaker, choice), echo);
    } catch (error) {
      echo.free();
      await input?.stop();
      throw error;
    }
  }

  private constructor(
    { clock, onLost }: SoundWishes,
    microphone: Microphone | undefined,
    speaker: Speaker | undefined,
    echo: EchoControl,
  ) {
    this.#clock = clock;
    this.#microphone = microphone;
    this.#speaker = speaker;
    this.#echo = echo;
    microphone?.start(
      (frame) => this.#captured(frame),
      (error) => onLost(error ?? new Error("the microphone ended")),
    );
    if (!speaker) return;
    speaker.onEnd = onLost;
    this.#playback = new Playback({
      speaker,
      source: this.#jitter,
      clock,
      onFrame: (frame, now, bufferedMs) => {
        this.agentMeter.push(frame, now);
        this.#echo.played(frame, now, bufferedMs);
      },
    });
    this.#playback.start();
  }

  get microphoneName(): string | undefined {
    return this.#microphone && `${this.#microphone.name}, ${this.#microphone.backend}`;
  }

  get speakerName(): string | undefined {
    return this.#speaker && `${this.#speaker.name}, ${this.#speaker.backend}`;
  }

  /** How echo is kept away; undefined where there can be none. */
  get echoName(): string | undefined {
    return this.#microphone && this.#speaker ? this.#echo.name : undefined;
  }

  /** What is received and not yet heard. */
  get bufferedMs(): number {
    return this.#jitter.bufferedMs + (this.#speaker?.bufferedMs ?? 0);
  }

  /** The microphone as a caller. */
  voice(format: MediaFormat, framing: OpusFraming): Promise<LiveVoice> {
    return LiveVoice.open(() => this.#speak(), format, framing);
  }

  /** Samples of the agent, as they arrive. */
  heard(samples: Int16Array): void {
    const now = this.#clock.now();
    if (this.#speaker) this.#jitter.push(samples, now);
    else this.agentMeter.push(samples, now);
  }

  /** The call begins: what went wrong before belongs to nobody. */
  begin(): void {
    this.#underrunsBefore = this.#underruns;
  }

  get #underruns(): number {
    return this.#jitter.underruns + (this.#speaker?.underruns ?? 0);
  }

  get facts(): SoundFacts {
    return {
      ...(this.#microphone && { microphone: this.microphoneName }),
      ...(this.#speaker && { speaker: this.speakerName }),
      ...(this.echoName !== undefined && { echo: this.echoName }),
      ...(this.#playback && {
        underruns: this.#underruns - this.#underrunsBefore,
        concealedMs: Math.round(this.#jitter.concealedMs),
        jitterBufferMs: Math.round(this.#jitter.targetMs),
      }),
      ...(this.#microphone && {
        microphoneGaps: this.#queue.underruns,
        microphoneDroppedMs: this.#queue.droppedFrames * FRAME_MS,
      }),
    };
  }

  /** Lets the devices go. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#playback?.stop();
    await Promise.all([this.#microphone?.stop(), this.#speaker?.stop()]);
    this.#echo.free();
  }

  #captured(frame: Int16Array): void {
    if (this.#isClosed) return;
    const now = this.#clock.now();
    const cleaned = this.#echo.cleaned(frame, now);
    this.callerMeter.push(cleaned, now);
    if (this.#isSpeaking) this.#queue.push(cleaned);
  }

  /** Muted or not, a frame is taken: what is said meanwhile is gone, and never said later. */
  #speak(): Int16Array {
    this.#isSpeaking = true;
    const frame = this.#queue.take();
    return this.isMuted ? this.#silence : frame;
  }
}

async function openOutput(
  speaker: SoundWishes["speaker"],
  choice: DeviceChoice,
): Promise<Speaker | undefined> {
  if (speaker === undefined) return undefined;
  if (speaker !== IF_ANY) return openSpeaker({ ...choice, ...(speaker !== true && { name: speaker }) });
  try {
    return await openSpeaker(choice);
  } catch (error) {
    if (!(error instanceof BridgeError)) throw error;
    choice.onNotice?.(`${error.message}. You will not hear the answer. ${error.fix}`);
    return undefined;
  }
}

/** Nobody can know whether headphones are worn: the canceller does a caller who wears them no harm. */
async function echoControl({ echo, onNotice }: SoundWishes): Promise<EchoControl> {
  if (echo === "off") return noEchoControl;
  if (echo === "guard") return new EchoGuard();
  try {
    const { EchoCanceller } = await import("../../devices/echo-canceller.js");
    return await EchoCanceller.load();
  } catch {
    onNotice("The echo canceller does not load here: the microphone is muted while the agent speaks.");
    return new EchoGuard();
  }
}
