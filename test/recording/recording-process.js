/** A process that records a call in real time into the folder it is given, and says when it was told what, until it is killed. */
import { Payload } from "../../dist/audio/payload.js";
import { realClock } from "../../dist/clock.js";
import { createRecorder } from "../../dist/recording/writer.js";

const format = { encoding: "g711_ulaw", sampleRate: 8000 };
const info = { callId: "killed", accountId: "a", caller: "", callee: "", format };
const { observer } = createRecorder({
  directory: process.argv[2],
  clock: realClock,
  agent: "echo",
  source: "serve",
  onWarning: (_code, message) => console.error(message),
});

const openedAt = realClock.now();
observer({ at: 0, type: "call-started", info, agent: "echo", raw: {} });
let frame = 0;
setInterval(() => {
  const at = realClock.now() - openedAt;
  const payload = Payload.fromBytes(new Uint8Array(160).fill(frame++));
  observer({ at, type: "caller-audio", payload });
  observer({ at, type: "agent-audio", payload, heardAt: at + 60 });
  console.log(at);
}, 20);
