/** A person on the phone: which devices `simulate` speaks and hears through, and what is shown and typed meanwhile. */
import type { MediaFormat } from "../../audio/format.js";
import type { OpusFraming } from "../../audio/opus-framing.js";
import type { Observer } from "../../call/events.js";
import type { BackendName } from "../../devices/device.js";
import { BridgeError } from "../../errors.js";
import { safeText } from "../../report/safe-text.js";
import { LiveControls } from "../../simulate/live-controls.js";
import type { ScriptMaker } from "../../simulate/script.js";
import { makeStyle } from "../ui/color.js";
import { type Io, isInteractive } from "../ui/io.js";
import { PhoneDisplay } from "../ui/phone-display.js";
import { PhoneState } from "../ui/phone-state.js";
import { PhoneMarks } from "./phone-marks.js";
import { IF_ANY, PhoneSound, type SoundFacts, type SoundWishes } from "./phone-sound.js";

export interface PhoneSettings {
  readonly mic: string | boolean | undefined;
  readonly speaker: string | boolean | undefined;
  readonly noSpeaker: boolean;
  readonly audio: BackendName | undefined;
  readonly echo: "cancel" | "guard" | "off" | undefined;
  readonly calls: number;
  readonly record: string | undefined;
  readonly json: boolean;
  readonly quiet: boolean;
  readonly noColor: boolean;
}

/** Levels of a side that has no device. */
const NO_DEVICE = "no device";

/**
 * The phone, where one is wanted: devices that were named, or the microphone where no other source is and a person sits at a
 * terminal. Undefined when the call needs no device.
 * @param hasSource whether something else speaks, such as a WAV file.
 * @throws BridgeError when a device that was asked for cannot be had.
 */
export async function openPhone(
  settings: PhoneSettings,
  hasSource: boolean,
  io: Io,
): Promise<Phone | undefined> {
  const { mic, calls } = settings;
  const speaker = settings.noSpeaker || settings.speaker === false ? undefined : settings.speaker;
  const isAsked = (mic !== undefined && mic !== false) || speaker !== undefined;
  if (isAsked && calls > 1) throw oneCallOnly(mic ? "--mic" : "--speaker", calls);
  const listens = settings.noSpeaker || settings.speaker === false ? undefined : (speaker ?? IF_ANY);
  if (mic) return Phone.open(settings, { microphone: mic, speaker: listens }, io);
  const mayTry = mic === undefined && !hasSource && calls === 1 && isInteractive(io, settings);
  if (mayTry) {
    try {
      return await Phone.open(settings, { microphone: true, speaker: listens }, io);
    } catch (error) {
      if (!(error instanceof BridgeError) || speaker !== undefined) throw error;
      io.stderr.write(`${error.message} The sample voice calls instead.\n`);
      return undefined;
    }
  }
  if (!hasSource && !settings.json && !settings.quiet) io.stderr.write("The sample voice calls.\n");
  return speaker === undefined ? undefined : Phone.open(settings, { microphone: undefined, speaker }, io);
}

function oneCallOnly(flag: string, calls: number): BridgeError {
  return new BridgeError("bad-flag", `${flag} cannot go with ${calls} calls: one person is in one call`, {
    fix: `Leave out ${flag}, or --calls.`,
  });
}

export class Phone {
  /** Where everything else is to be written: above the screen, where there is one. */
  readonly io: Io;
  /** Gives up a call that is still being dialled. Set by whoever dials. */
  giveUp: () => void = () => {};
  readonly #sound: PhoneSound;
  readonly #display: PhoneDisplay | undefined;
  readonly #state: PhoneState;
  readonly #marks: PhoneMarks;
  readonly #world: Io;
  #controls: LiveControls | undefined;
  #hasBegun = false;
  #lost: Error | undefined;

  static async open(
    settings: PhoneSettings,
    devices: Pick<SoundWishes, "microphone" | "speaker">,
    io: Io,
  ): Promise<Phone> {
    const early: string[] = [];
    let warn = (message: string) => {
      early.push(message);
    };
    let lose = (_error: Error) => {};
    const sound = await PhoneSound.open({
      ...devices,
      echo: settings.echo,
      ...(settings.audio && { backend: settings.audio }),
      clock: io.clock,
      onNotice: (message) => warn(message),
      onLost: (error) => lose(error),
    });
    if (!settings.json && !settings.quiet) io.stderr.write(`${devicesLine(sound)}\n`);
    const phone = new Phone(settings, sound, io, await makeStyle(io, settings.noColor));
    warn = (message) => phone.#warn(message);
    lose = (error) => phone.#onLost(error);
    for (const message of early) warn(message);
    return phone;
  }

  private constructor(
    settings: PhoneSettings,
    sound: PhoneSound,
    io: Io,
    style: Awaited<ReturnType<typeof makeStyle>>,
  ) {
    this.#sound = sound;
    this.#world = io;
    this.#state = new PhoneState(io.clock.now());
    this.#marks = new PhoneMarks(io.clock);
    const actions = {
      view: () => this.#view(settings.record),
      toggleMute: () => {
        sound.isMuted = !sound.isMuted;
        return sound.isMuted;
      },
      press: (key: string) => this.#controls?.press(key),
      mark: () => this.#marks.mark(),
      hangUp: () => this.hangUp(),
    };
    if (isInteractive(io, settings)) this.#display = new PhoneDisplay(io, actions, style);
    this.io = this.#display?.io ?? io;
  }

  /** The caller: the microphone, or `other` where there is none, with a person's hands on the call. */
  async script(
    format: MediaFormat,
    framing: OpusFraming,
    other: () => Promise<ScriptMaker>,
  ): Promise<ScriptMaker> {
    const hasMicrophone = this.#sound.microphoneName !== undefined;
    const maker = hasMicrophone ? await this.#sound.voice(format, framing) : await other();
    this.#controls = new LiveControls(maker, {
      heard: (samples) => this.#sound.heard(samples),
      event: (event) => {
        if (!this.#hasBegun) this.#sound.begin();
        this.#hasBegun = true;
        this.#state.event(event, this.#world.clock.now());
      },
    });
    if (this.#lost) this.hangUp();
    return this.#controls;
  }

  /** The observers of the call that is recorded and reported, so that its moments can be marked. */
  marked(observers: readonly Observer[]): Observer[] {
    // The side that is recorded knows best when the agent can hear: at the caller's end a call rings no longer than it dials.
    const answer: Observer = ({ type }) => {
      if (type === "agent-ready") this.#state.answered();
    };
    return [...this.#marks.watch(observers), answer];
  }

  get facts(): SoundFacts {
    return this.#sound.facts;
  }

  /** What took a device away in the middle of the call. */
  get lost(): Error | undefined {
    return this.#lost;
  }

  /** Gives devices and terminal back; the last state stays on the screen. May be called again. */
  async close(): Promise<void> {
    this.#display?.close({ leavesState: this.#hasBegun });
    await this.#sound.close();
  }

  /** Ends the call in good order, or the dialling. */
  hangUp(): void {
    this.#controls?.hangUp();
    if (!this.#hasBegun) this.giveUp();
  }

  #onLost(error: Error): void {
    if (this.#lost) return;
    this.#lost = error;
    this.hangUp();
  }

  #warn(message: string): void {
    this.io.stderr.write(`warning: ${safeText(message)}\n`);
  }

  #view(recording: string | undefined) {
    const now = this.#world.clock.now();
    const sound = this.#sound;
    return {
      ...this.#state.at(now),
      isMuted: sound.isMuted,
      caller: { level: sound.callerMeter.read(now), device: sound.microphoneName ?? NO_DEVICE },
      agent: { level: sound.agentMeter.read(now), device: sound.speakerName ?? NO_DEVICE },
      bufferedMs: sound.bufferedMs,
      underruns: sound.facts.underruns ?? 0,
      echo: sound.echoName,
      recording,
    };
  }
}

function devicesLine({ microphoneName, speakerName, echoName }: PhoneSound): string {
  const parts = [
    microphoneName === undefined ? "No microphone" : `You speak through ${safeText(microphoneName)}`,
    speakerName === undefined ? "no speaker" : `hear through ${safeText(speakerName)}`,
    ...(echoName === undefined ? [] : [`echo ${echoName}`]),
  ];
  return `${parts.join("; ")}.`;
}
