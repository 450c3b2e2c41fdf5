/** A recorded call as an HTTP archive (HAR 1.2), with its messages as Chrome DevTools saves those of a WebSocket. */
import type { FileHandle } from "node:fs/promises";
import { Payload } from "../../audio/payload.js";
import type { CallInfo } from "../../protocol/messages.js";
import { mediaSerializer, serializeCallerMedia, serializeHangup } from "../../protocol/serialize.js";
import { CALLER_FILE, type RecordedEvent } from "../format.js";
import { isMedia, type Recording } from "../reader.js";
import { type Creator, endpointUrl } from "./names.js";
import { TextFile, writeWholeFile } from "./whole-file.js";

const TEXT_MESSAGE = 1;

/**
 * Writes the messages as the PBX saw them: it sent `start`, the caller's audio, keys and `hangup`, and received media. They
 * are made again from what is recorded: masked numbers and digits stay masked, and in a recording without audio each
 * payload says how long it was. Needs memory for a few messages, however long the call.
 * @throws BridgeError `cannot-write`
 */
export async function exportHar(recording: Recording, path: string, creator: Creator): Promise<void> {
  await writeWholeFile(path, recording.folder, (file) => writeHar(recording, file, creator));
}

async function writeHar(recording: Recording, file: FileHandle, creator: Creator): Promise<void> {
  const startMs = Date.parse(recording.call.startedAt);
  const messageOf = messages(recording);
  const text = new TextFile(file);
  await text.write(`{"log":{"version":"1.2","creator":${JSON.stringify(creator)},"pages":[],"entries":[{`);
  await text.write(`"_resourceType":"websocket","_webSocketMessages":[`);
  let count = 0;
  let lastT = 0;
  for await (const event of recording.events()) {
    if (event.type === "bad-line") continue;
    const line = event as RecordedEvent;
    if (line.leg === "pbx") lastT = Math.max(lastT, line.t);
    const data = await messageOf(line);
    if (data === undefined) continue;
    const type = line.dir === "in" ? "send" : "receive";
    const time = startMs / 1000 + line.t / 1e6;
    await text.write(
      `${count++ === 0 ? "" : ","}\n${JSON.stringify({ type, time, opcode: TEXT_MESSAGE, data })}`,
    );
  }
  // What stands outside the list of messages is known at the end only.
  const rest = JSON.stringify(entry(endpointUrl(recording.call), startMs, lastT / 1000));
  await text.write(`\n],${rest.slice(1)}]}}\n`);
  await text.flush();
}

/** The text of a message that went over the PBX's wire; undefined for other lines. */
function messages(recording: Recording): (event: RecordedEvent) => Promise<string | undefined> {
  const { callId, otherLegCallId, accountId } = recording.call;
  const ids: Pick<CallInfo, "callId" | "otherLegCallId"> = {
    callId,
    ...(otherLegCallId !== undefined && { otherLegCallId }),
  };
  const answer = mediaSerializer(callId, accountId);
  const media = (isCaller: boolean, payload: Payload) =>
    isCaller ? serializeCallerMedia(payload) : answer(payload);
  return async (event) => {
    if (event.leg !== "pbx") return undefined;
    switch (event.type) {
      case "media": {
        if (isMedia(event))
          return media(event.file === CALLER_FILE, Payload.fromBytes(await recording.payload(event)));
        const said = `[${Number(event.bytes)} bytes, not recorded]`;
        return media(event.dir === "in", Payload.fromBase64(said));
      }
      case "start":
        return JSON.stringify(event.message ?? {});
      case "dtmf": {
        const { digit, durationMs: duration } = event;
        return JSON.stringify({ event: "dtmf", dtmf: { ...ids, digit, duration } });
      }
      case "hangup":
        return serializeHangup(ids, typeof event.reason === "string" ? event.reason : undefined);
      default:
        return undefined;
    }
  };
}

/** All but the messages, as HAR 1.2 wants it of a request that became a WebSocket. */
function entry(url: string, startMs: number, durationMs: number): object {
  const { searchParams } = new URL(url);
  const none = { cookies: [], headersSize: -1 };
  return {
    _initiator: { type: "other" },
    _priority: "High",
    cache: {},
    request: {
      method: "GET",
      url,
      httpVersion: "HTTP/1.1",
      headers: [
        { name: "Connection", value: "Upgrade" },
        { name: "Upgrade", value: "websocket" },
      ],
      queryString: [...searchParams].map(([name, value]) => ({ name, value })),
      ...none,
      bodySize: 0,
    },
    response: {
      status: 101,
      statusText: "Switching Protocols",
      httpVersion: "HTTP/1.1",
      headers: [
        { name: "Connection", value: "Upgrade" },
        { name: "Upgrade", value: "websocket" },
      ],
      ...none,
      content: { size: 0, mimeType: "x-unknown" },
      redirectURL: "",
      bodySize: -1,
      _transferSize: 0,
      _error: null,
    },
    serverIPAddress: "",
    startedDateTime: new Date(startMs).toISOString(),
    time: durationMs,
    timings: { blocked: -1, dns: -1, connect: -1, ssl: -1, send: 0, wait: 0, receive: durationMs },
  };
}
