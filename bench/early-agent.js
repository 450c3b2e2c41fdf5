/** An agent, as a module of a user's own, that greets long before it is ready. */
import { Payload } from "../dist/audio/payload.js";
import { pcmBytes } from "../dist/audio/pcm.js";
import { defineAgent } from "../dist/index.js";
import { AGENT, GREETING } from "./greeting.js";

const READY_AFTER_MS = 500;

export default defineAgent({
  name: "early",
  summary: "speaks first and is ready later",
  url: "none",
  options: {},
  async connect({ emit }) {
    emit({ type: "audio", payload: Payload.fromBytes(pcmBytes(GREETING)) });
    await new Promise((resolve) => setTimeout(resolve, READY_AFTER_MS));
    return { hears: AGENT, speaks: AGENT, send() {}, interrupt() {}, close() {} };
  },
});
