/** The microphone and the speaker of a call: getUserMedia and two audio worklets at 48 kHz. */

/**
 * @typedef {object} SoundEvents
 * @property {(frame: ArrayBuffer, level: number) => void} said a frame of the microphone and its RMS level, 1 = full scale
 * @property {(report: Report) => void} heard some fifteen times a second
 * @property {() => void} unplugged the microphone is gone; silence goes on in its place
 *
 * @typedef {{ level: number, underruns: number, concealedMs: number, heldMs: number }} Report
 */

const RATE_HZ = 48_000;

export class Sound {
  #context;
  #stream;
  #microphone;
  #speaker;

  /**
   * @param {AudioContext} context
   * @param {MediaStream} stream
   * @param {SoundEvents} events
   */
  constructor(context, stream, events) {
    this.#context = context;
    this.#stream = stream;
    this.#microphone = new AudioWorkletNode(context, "microphone-frames", {
      numberOfOutputs: 0,
      channelCount: 1,
      channelCountMode: "explicit",
    });
    this.#microphone.port.onmessage = ({ data }) => events.said(data.frame, data.level);
    context.createMediaStreamSource(stream).connect(this.#microphone);
    this.#speaker = new AudioWorkletNode(context, "smooth-speaker", {
      numberOfInputs: 0,
      outputChannelCount: [1],
    });
    this.#speaker.port.onmessage = ({ data }) => events.heard(data);
    this.#speaker.connect(context.destination);
    for (const track of stream.getAudioTracks()) track.onended = () => events.unplugged();
  }

  /** @param {Int16Array} samples */
  play(samples) {
    this.#speaker.port.postMessage(samples, [samples.buffer]);
  }

  /** @param {boolean} muted nothing of the microphone leaves the page while it is */
  mute(muted) {
    this.#microphone.port.postMessage({ muted });
  }

  stop() {
    for (const track of this.#stream.getTracks()) {
      track.onended = null;
      track.stop();
    }
    void this.#context.close();
  }
}

/**
 * To be called when a button was pressed: browsers want that for sound.
 * @param {{ clean: boolean }} wanted whether the browser cancels echo and noise
 * @param {SoundEvents} events
 * @throws {Error} whose message says in words what is missing
 */
export async function openSound({ clean }, events) {
  if (!navigator.mediaDevices || typeof AudioWorkletNode === "undefined") throw new Error(insecure());
  const context = new AudioContext({ sampleRate: RATE_HZ, latencyHint: "interactive" });
  /** @type {MediaStream | undefined} */
  let stream;
  try {
    const processing = { echoCancellation: clean, noiseSuppression: clean, autoGainControl: clean };
    stream = await navigator.mediaDevices.getUserMedia({ audio: { ...processing, channelCount: 1 } });
    await context.audioWorklet.addModule("/phone/microphone-worklet.js");
    await context.audioWorklet.addModule("/phone/speaker-worklet.js");
    await context.resume();
    return new Sound(context, stream, events);
  } catch (error) {
    for (const track of stream?.getTracks() ?? []) track.stop();
    void context.close();
    throw new Error(whyNoSound(error));
  }
}

function insecure() {
  return isSecureContext
    ? "This browser has no AudioWorklet, which the phone needs. A current Chrome, Edge, Firefox or Safari has it."
    : "Browsers give the microphone only to pages of this computer (127.0.0.1) or over https. From another computer, open a tunnel: ssh -L 8080:127.0.0.1:8080 HOST";
}

/** @param {unknown} error */
function whyNoSound(error) {
  const { name, message } = error instanceof Error ? error : { name: "", message: String(error) };
  switch (name) {
    case "NotAllowedError":
      return "The microphone was refused. Allow it for this page (beside the address, or in the system's privacy settings) and call again.";
    case "NotFoundError":
      return "No microphone was found. Plug one in and call again.";
    case "NotReadableError":
      return "The microphone cannot be used: another program may hold it.";
    case "NotSupportedError":
      return "This browser cannot take the microphone at 48 kHz. Set the device to 48 kHz, or use another browser.";
    default:
      return `Sound could not be started: ${message}`;
  }
}
