// An agent that answers in the way its option says: as it should, or with one fault.
import { readFile } from "node:fs/promises";
import { encodeUlaw } from "../../dist/audio/g711.js";
import { pcmBytes } from "../../dist/audio/pcm.js";
import { resampleAll } from "../../dist/audio/resample-offline.js";
import { SpeechDetector } from "../../dist/audio/speech.js";
import { readWav } from "../../dist/audio/wav.js";
import { defineAgent, Payload } from "../../dist/index.js";

const ULAW = { encoding: "g711_ulaw", sampleRate: 8000 };
const PCM = { encoding: "pcm16", sampleRate: 24000 };
const REPLY_AFTER_MS = 700;
const LATE_MS = 4000;

const { samples } = readWav(await readFile(new URL("../../src/simulate/sample-voice.wav", import.meta.url)));
/** "Please tell me your opening hours.", twice. */
const sentence = samples.subarray(24 * 6746, 24 * 8558);
const speech = new Int16Array([...sentence, ...sentence]);
const loud = speech.map((sample) => Math.max(-32768, Math.min(32767, sample * 20)));
const AUDIO = {
  clips: pcmBytes(loud),
  ulawAsPcm: encodeUlaw(resampleAll(speech, 24000, 8000)),
  pcmAsUlaw: pcmBytes(sentence),
};

export default defineAgent({
  name: "scenario-agent",
  summary: "answers well, or with one fault",
  url: "none",
  options: {
    way: {
      type: "string",
      default: "good",
      choices: ["good", "late", "mute", "stubborn", "clips", "ulawAsPcm", "pcmAsUlaw", "leaves"],
      help: "how it answers",
    },
  },

  async connect({ options: { way }, emit }) {
    const detector = new SpeechDetector(ULAW);
    const answer = AUDIO[way] ?? pcmBytes(speech);
    let quietMs = 0;
    let voicedMs = 0;
    let speaking = false;

    function reply() {
      emit({ type: "audio", payload: Payload.fromBytes(answer) });
      emit({ type: "transcript", who: "agent", text: "Please tell me your opening hours." });
      emit({ type: "turn-ended" });
      speaking = true;
      if (way === "leaves") emit({ type: "closed", failed: false, reason: "good-bye" });
    }

    return {
      hears: ULAW,
      speaks: way === "pcmAsUlaw" ? ULAW : PCM,
      send(audio) {
        const ms = audio.bytes.length / 8;
        if (detector.push(audio.bytes)) {
          voicedMs += ms;
          quietMs = 0;
          if (speaking && voicedMs >= 100 && way !== "stubborn") {
            speaking = false;
            emit({ type: "interrupted" });
          }
          return;
        }
        quietMs += ms;
        if (voicedMs < 100 || way === "mute") return;
        if (quietMs < (way === "late" ? LATE_MS : REPLY_AFTER_MS)) return;
        voicedMs = 0;
        reply();
      },
      interrupt() {},
      close() {},
    };
  },
});
