/** Greetings: what an agent says before it is ready arrives like what it says later. */
import { fileURLToPath } from "node:url";
import { FRAME_MS, PORTAL_FORMATS, pcm16 } from "../dist/audio/format.js";
import { pcmBytes } from "../dist/audio/pcm.js";
import { whiteNoise } from "../dist/audio/signal.js";
import { call } from "./call.js";
import { start } from "./child.js";
import { AGENT_HZ } from "./systems.js";

const GREETING_MS = 1000;
export const AGENT = pcm16(AGENT_HZ);
export const GREETING = whiteNoise(3, -10, GREETING_MS, AGENT_HZ);

export const agentParts = {
  /** Together with the answer to the WebSocket handshake. */
  atOnce: (line) => line.say(pcmBytes(GREETING)),
  later: (line) => setTimeout(() => line.say(pcmBytes(GREETING)), 500),
};

export async function greetingRows(url) {
  const early = await start("./serve.js", [
    "--agent",
    fileURLToPath(new URL("./early-agent.js", import.meta.url)),
  ]);
  const [later, atOnce, before] = await Promise.all([
    listen(url, "later"),
    listen(url, "atOnce"),
    listen(early.url, "early"),
  ]);
  await early.stop();
  return [
    row("greeting sent with the agent's handshake: frames heard", atOnce, later),
    row("greeting sent 500 ms before the agent was ready: frames heard", before, later),
  ];
}

async function listen(url, part) {
  const { heard } = await call(url, part, { format: PORTAL_FORMATS.g711_ulaw, listenMs: GREETING_MS + 1000 });
  return heard;
}

function row(name, heard, later) {
  const same = Buffer.concat(heard).equals(Buffer.concat(later));
  const frames = GREETING_MS / FRAME_MS;
  return {
    cells: [
      name,
      `${heard.length}${same ? ", the same" : ""}`,
      `${later.length} when ready`,
      `≥ ${frames}, the same`,
    ],
    ok: same && heard.length >= frames,
  };
}
