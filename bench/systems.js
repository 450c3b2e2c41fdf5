/**
 * The three ways of carrying sound that the quality bench compares: `serve` between a real agent and real calls, the best
 * that G.711 can do, and the vendor's example endpoint. Each gives what it made of the same programmes.
 */
import { pcm16 } from "../dist/audio/format.js";
import { decodeUlaw, encodeUlaw } from "../dist/audio/g711.js";
import { pcmBytes, pcmSamples } from "../dist/audio/pcm.js";
import { call } from "./call.js";
import { CHIRP, Programme, tone } from "./programme.js";
import * as vendor from "./vendor-codec.js";

/** The rate of the agent. */
export const AGENT_HZ = 24_000;
const CALL_HZ = 8000;

/** A tone that meets 8,000 different places of the wave in a second, as ITU-T O.131 wants it. */
export const LEVELS = [-3, -10, -20, -40].map((dbfs) => tone(1019, dbfs, 700));
export const BAND = Array.from({ length: 32 }, (_, i) => tone(300 + 100 * i, -10, 300));
/** What an 8 kHz call cannot carry. Multiples of 50 Hz, but none that folds onto 0 Hz. */
export const ABOVE = [
  4050, 4100, 4250, 4400, 4600, 5000, 5500, 6000, 6600, 7000, 7300, 7950, 8050, 9000, 10_000, 11_000, 11_900,
].map((hz) => tone(hz, -3, 400));

export const heard = new Programme([...LEVELS, ...BAND, CHIRP]);
export const spoken = new Programme([...LEVELS, CHIRP]);
export const above = new Programme(ABOVE);

/** The parts that the agent plays for `bridge`. */
export const agentParts = {
  loop: (line) => {
    line.onAudio = line.say;
  },
  spoken: (line) => line.say(pcmBytes(spoken.samplesAt(AGENT_HZ))),
  aboveUlaw: (line) => line.say(pcmBytes(above.samplesAt(AGENT_HZ))),
  abovePcm: (line) => line.say(pcmBytes(above.samplesAt(AGENT_HZ))),
};

/** What `serve` at `url` made of the programmes, in calls placed by `simulate`. */
export async function bridge(url, agent) {
  const ulaw = { encoding: "g711_ulaw", sampleRate: CALL_HZ };
  const [loop, toCaller, aboveUlaw, abovePcm] = await Promise.all([
    call(url, "loop", { says: heard, format: ulaw }),
    call(url, "spoken", { format: ulaw, listenMs: spoken.ms }),
    call(url, "aboveUlaw", { format: ulaw, listenMs: above.ms }),
    call(url, "abovePcm", { format: pcm16(CALL_HZ), listenMs: above.ms }),
  ]);
  return {
    toAgent: { samples: pcmSamples(Buffer.concat(agent.lines.loop.heard)), rate: AGENT_HZ },
    toCaller: narrow(decodeUlaw(Buffer.concat(toCaller.heard))),
    loop: narrow(decodeUlaw(Buffer.concat(loop.heard))),
    aboveUlaw: narrow(decodeUlaw(Buffer.concat(aboveUlaw.heard))),
    abovePcm: narrow(pcmSamples(Buffer.concat(abovePcm.heard))),
  };
}

/** One coding by G.711 and nothing else: no filter, no delay, no second rounding in the loop. */
export function ideal() {
  const coded = (programme) => narrow(ulaw(programme.samplesAt(CALL_HZ)));
  const silent = narrow(new Int16Array((above.ms * CALL_HZ) / 1000));
  return {
    toAgent: coded(heard),
    toCaller: coded(spoken),
    loop: coded(heard),
    aboveUlaw: silent,
    abovePcm: silent,
  };
}

/** The vendor's example. The caller's own codec is G.711 as it should be. */
export function example() {
  const toAgent = vendor.up(ulaw(heard.samplesAt(CALL_HZ)));
  const fromAgent = (samples) => narrow(decodeUlaw(vendor.encode(vendor.down(samples))));
  return {
    toAgent: { samples: toAgent, rate: AGENT_HZ },
    toCaller: fromAgent(spoken.samplesAt(AGENT_HZ)),
    loop: fromAgent(toAgent),
    aboveUlaw: fromAgent(above.samplesAt(AGENT_HZ)),
    abovePcm: narrow(vendor.down(above.samplesAt(AGENT_HZ))),
  };
}

function ulaw(samples) {
  return decodeUlaw(encodeUlaw(samples));
}

function narrow(samples) {
  return { samples, rate: CALL_HZ };
}
