/** Pacing: agent audio leaves at the pace at which it is heard, can be taken back, and is not lost. */
import { openAgent } from "./agent.js";
import * as bargeIn from "./barge-in.js";
import { start } from "./child.js";
import * as greeting from "./greeting.js";
import * as hundredCalls from "./hundred-calls.js";
import { AGENT_HZ } from "./systems.js";
import { printTable } from "./table.js";
import { tenMinutesRow } from "./ten-minutes.js";

export async function pacing() {
  const agent = await openAgent({
    ...bargeIn.agentParts,
    ...greeting.agentParts,
    ...hundredCalls.agentParts,
  });
  const serve = await start("./serve.js", ["--agent", agent.spec, "--agent-option", `rate=${AGENT_HZ}`]);
  const rows = [
    ...(await bargeIn.bargeInRows(serve.url, agent)),
    ...(await greeting.greetingRows(serve.url)),
    ...(await hundredCalls.hundredCallsRows(agent)),
    tenMinutesRow(),
  ];
  await serve.stop();
  agent.close();
  printTable("Pacing: when agent audio leaves", ["", "measured", "beside it", "target"], rows);
}
