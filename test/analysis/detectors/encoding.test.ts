import { expect, it } from "vitest";
import { encodeUlaw } from "../../../src/audio/g711.js";
import { pcmBytes } from "../../../src/audio/pcm.js";
import { analysed, found, PCM, ULAW } from "../made-call.js";

function encodeAlaw(samples: Int16Array): Uint8Array {
  return Uint8Array.from(samples, (sample) => {
    const magnitude = Math.min(32767, sample < 0 ? ~sample : sample);
    const segment = magnitude < 256 ? 0 : 24 - Math.clz32(magnitude);
    const step = (magnitude >> (segment === 0 ? 4 : segment + 3)) & 0x0f;
    return ((segment << 4) | step | (sample < 0 ? 0 : 0x80)) ^ 0x55;
  });
}
const swapped = (samples: Int16Array) => Uint8Array.from(Buffer.from(pcmBytes(samples.slice())).swap16());

it.each([
  ["PCM16 in a μ-law call", ULAW, pcmBytes, "PCM16"],
  ["PCM16 of 24 kHz in a μ-law call", ULAW, pcmBytes, "PCM16"],
  ["big-endian PCM16 in a μ-law call", ULAW, swapped, "big-endian PCM16"],
  ["A-law in a μ-law call", ULAW, encodeAlaw, "A-law"],
  ["μ-law in a PCM16 call", PCM, encodeUlaw, "μ-law"],
  ["big-endian PCM16 in a PCM16 call", PCM, swapped, "big-endian PCM16"],
] as const)("%s", (name, format, coded, real) => {
  const agentRate = name.includes("24 kHz") ? 24000 : format === PCM && real !== "μ-law" ? 24000 : 8000;
  const { findings } = analysed({ format, coded: (samples) => coded(samples), agentRate });
  const wrong = findings.find(({ code }) => code === "agent-wrong-encoding");
  expect(wrong?.seen).toContain(`read as ${real} `);
  expect(wrong?.fix).toContain(`Convert ${real} to ${format.encoding}`);
  expect(findings.filter(({ code }) => /clip|loud|dc|rate/.test(code))).toEqual([]);
});

it("noise in no encoding is a warning", () => {
  let seed = 1;
  const noise = () => Uint8Array.from({ length: 160 }, () => (seed = (seed * 16807) % 2147483647) & 0xff);
  const finding = analysed({ coded: noise }).findings.find(({ code }) => code === "agent-wrong-encoding");
  expect(finding?.severity).toBe("warning");
});

it("a file's header is found where it is sent as audio", () => {
  const header = Buffer.concat([Buffer.from("RIFF\0\0\0\0WAVEfmt "), Buffer.alloc(144)]);
  let isFirst = true;
  const coded = (samples: Int16Array) => {
    const bytes = isFirst ? header : encodeUlaw(samples);
    isFirst = false;
    return bytes;
  };
  expect(found({ coded })).toEqual(["agent-file-header"]);
});
