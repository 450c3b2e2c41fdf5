// A test line, as telephone companies have them: call it, and measure what arrives.
//
//   smartpbx-bridge serve --agent ./own-agent.mjs --agent-option level=-20
//
// It sounds a tone. The caller's keys change it: 1 is 404 Hz, 2 is 1004 Hz, 3 is 2804 Hz, 0 is silence, # hangs up.
import { defineAgent, Payload } from "smartpbx-bridge";

const RATE = 16000;
const FORMAT = { encoding: "pcm16", sampleRate: RATE };
const BYTES_PER_SECOND = 2 * RATE;
const HZ = { 0: 0, 1: 404, 2: 1004, 3: 2804 };

export default defineAgent({
  name: "test-line",
  summary: "sounds a tone that the caller's keys change",
  url: "none",
  options: {
    level: { type: "number", default: -13, min: -60, max: 0, help: "level of the tone in dBFS" },
  },

  async connect({ options, emit }) {
    const peak = 32767 * 10 ** (options.level / 20);
    let hz = HZ[2];
    let phase = 0;

    // As much tone as the caller was heard for: the caller's audio is a clock that every call has.
    function tone(bytes) {
      const samples = new Int16Array(bytes / 2);
      for (let i = 0; i < samples.length; i++) {
        samples[i] = hz === 0 ? 0 : Math.round(peak * Math.sin(phase));
        phase += (2 * Math.PI * hz) / RATE;
      }
      return new Uint8Array(samples.buffer);
    }

    function speak(bytes) {
      emit({ type: "audio", payload: Payload.fromBytes(tone(bytes)) });
    }

    speak(BYTES_PER_SECOND / 10);
    return {
      hears: FORMAT,
      speaks: FORMAT,
      send(audio) {
        speak(audio.bytes.length & ~1);
      },
      dtmf(digit) {
        if (digit === "#") emit({ type: "closed", failed: false, reason: "the caller pressed #" });
        else if (digit in HZ) {
          hz = HZ[digit];
          emit({ type: "interrupted" });
        }
      },
      // Called when the caller was spared the rest of the tone. A tone has nothing to take back.
      interrupt() {},
      close() {},
    };
  },
});
