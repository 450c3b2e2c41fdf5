/** Sound: what is left of test signals after a call, beside the best that G.711 can do and the vendor's example endpoint. */
import { openAgent } from "./agent.js";
import { start } from "./child.js";
import * as exact from "./exact.js";
import * as opus from "./opus.js";
import { soundRows } from "./sound.js";
import * as systems from "./systems.js";
import { printTable } from "./table.js";

const COLUMNS = [
  "simulate → serve → agent → serve → simulate",
  "measured",
  "ideal",
  "vendor's example",
  "target",
];

export async function quality() {
  const agent = await openAgent({ ...systems.agentParts, ...exact.agentParts, ...opus.agentParts });
  const serve = await start("./serve.js", [
    "--agent",
    agent.spec,
    "--agent-option",
    `rate=${systems.AGENT_HZ}`,
  ]);
  const tracks = await opus.encodeTracks();
  // Nothing is computed before all calls are over: a caller that is busy is a caller that stutters.
  const [ours, exactCalls, opusCalls] = await Promise.all([
    systems.bridge(serve.url, agent),
    exact.placeCalls(serve.url),
    opus.placeCalls(serve.url, tracks),
  ]);
  await serve.stop();
  agent.close();
  printTable("Quality: sound as it arrives", COLUMNS, [
    ...soundRows(ours),
    ...exact.exactRows(exactCalls, agent.lines),
    ...(await opus.opusRows(opusCalls, agent.lines)),
  ]);
}
