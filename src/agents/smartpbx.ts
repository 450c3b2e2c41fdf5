/** Another SmartPBX endpoint as the agent: we are the PBX, and every payload passes through untouched. */
import { bytesPerMs, FRAME_MS, type MediaFormat } from "../audio/format.js";
import type { Payload } from "../audio/payload.js";
import type { Leg, LegEvent } from "../call/leg.js";
import type { CallInfo } from "../protocol/messages.js";
import { parseEndpointMessage } from "../protocol/parse.js";
import { serializeCallerMedia, serializeDtmf } from "../protocol/serialize.js";
import { defineAgent } from "./agent.js";
import { AgentSocket } from "./wire/socket.js";
import { warnOnce } from "./wire/warn-once.js";

/** Bytes of a media message for each byte of its payload: base64, and the JSON around it. */
const WIRE_GROWTH = 1.6;
/** Opus packets have no fixed size; no voice call uses more than 64 kbit/s. */
const OPUS_BYTES_PER_MS = 8;

export const smartpbx = defineAgent({
  name: "smartpbx",
  summary: "another SmartPBX endpoint; payloads pass through untouched",
  url: "required",
  schemes: ["ws", "wss"],
  example: "smartpbx:wss://ai-agent.example.com/ws/media-stream",
  options: {},
  async connect({ url, headers, call, rawStart, emit, signal }): Promise<Leg> {
    const { format } = call;
    const read = reader(call, emit);
    const socket = new AgentSocket({
      url: url as string,
      headers,
      signal,
      bytesPerMs: (format.encoding === "opus" ? OPUS_BYTES_PER_MS : bytesPerMs(format)) * WIRE_GROWTH,
      emit,
      onText: read,
      // Read as the empty text, which is no message either.
      onBytes: () => read(""),
    });
    await socket.opened;
    socket.sendControl(JSON.stringify(rawStart));
    return {
      hears: format,
      speaks: format,
      passthrough: true,
      send: (audio) => socket.sendAudio(serializeCallerMedia(audio), durationMs(format, audio)),
      dtmf: (digit, ms, raw) =>
        socket.sendControl(raw ? JSON.stringify(raw) : serializeDtmf(call, digit, ms)),
      hangup: (raw) => socket.sendControl(JSON.stringify(raw)),
      // The wire has no word for it: the endpoint paces its own audio and knows what it held back.
      interrupt() {},
      close: (code, reason) => socket.close(code, reason),
    };
  },
});

/** Reads what the endpoint sends, and says what a real PBX would not have played. */
function reader(call: CallInfo, emit: (event: LegEvent) => void): (text: string) => void {
  const warn = warnOnce(emit);
  return (text) => {
    const message = parseEndpointMessage(text);
    if (message.type !== "media") {
      const what = message.type === "fault" ? message.detail : `the event "${message.event}"`;
      warn("endpoint-message", `the endpoint sent something that a real PBX ignores: ${what}`);
      return;
    }
    if (message.callId !== call.callId || message.accountId !== call.accountId) {
      warn(
        "missing-ids",
        "the endpoint's media messages lack this call's callId and accountId: a real PBX would play silence",
      );
    }
    emit({ type: "audio", payload: message.payload });
  };
}

function durationMs(format: MediaFormat, audio: Payload): number {
  return format.encoding === "opus" ? FRAME_MS : audio.bytes.length / bytesPerMs(format);
}
