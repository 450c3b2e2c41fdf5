/** Reads the recording in argv[3] and says how long that took since the process began: `analyse`, or the least that others would do. */
import { createReadStream } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";

const [, , how, folder] = process.argv;
const readings = {
  /** What `inspect --json` does before it prints. */
  async analyse() {
    const { analyseRecording } = await import("../dist/recording/analyse.js");
    const analysis = await analyseRecording(folder);
    return `${analysis.utterances.length} utterances, ${analysis.findings.length} findings`;
  },
  /** Every line through a JSON parser, every byte of the audio read once. */
  async parse() {
    let lines = 0;
    for await (const line of createInterface(createReadStream(join(folder, "events.jsonl"))))
      if (JSON.parse(line).t >= 0) lines++;
    let bytes = 0;
    for (const name of ["caller.bin", "agent.bin"])
      for (const byte of await readFile(join(folder, name))) bytes += byte === 0 ? 0 : 1;
    return `${lines} lines, ${bytes} bytes`;
  },
};
const found = await readings[how]();
const { maxRSS } = process.resourceUsage();
process.send({ ms: performance.now(), cpuMs: process.cpuUsage().user / 1000, rssMb: maxRSS / 1024, found });
process.disconnect();
