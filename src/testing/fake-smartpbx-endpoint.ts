/** A fake endpoint for SmartPBX calls: notes the call it gets and answers with what it is told to. */
import { Payload } from "../audio/payload.js";
import type { CallInfo } from "../protocol/messages.js";
import { parsePbxMessage } from "../protocol/parse.js";
import { mediaSerializer } from "../protocol/serialize.js";
import { FakeConnection, type FakeServer, type FakeServerOptions, fakeServer } from "./fake-server.js";

/** Starts a fake endpoint. It wants the documented order: `connected` or nothing, `start`, media and keys, `hangup`. */
export function fakeSmartpbxEndpoint(
  options?: FakeServerOptions,
): Promise<FakeServer<SmartpbxEndpointConnection>> {
  return fakeServer((socket, request) => new SmartpbxEndpointConnection(socket, request), options);
}

export class SmartpbxEndpointConnection extends FakeConnection {
  /** What the start message said about the call. */
  call: CallInfo | undefined;
  /** The start message as it came. */
  rawStart: object | undefined;
  /** The text of every payload, as it came. */
  readonly payloads: string[] = [];
  readonly digits: string[] = [];
  /** The hangup message as it came. */
  rawHangup: object | undefined;

  /** Sends a payload, with this call's ids unless told otherwise. */
  speak(audio: Uint8Array, ids: { callId: string; accountId: string } | undefined = this.call): void {
    if (!ids) throw new Error("the call has not started");
    this.sendText(mediaSerializer(ids.callId, ids.accountId)(Payload.fromBytes(audio)));
  }

  protected override receiveText(text: string): void {
    const message = parsePbxMessage(text);
    if (message.type === "fault") this.fault(message.code);
    else if (this.rawHangup) this.fault(`${message.type} after hangup`);
    else if (message.type === "unknown") this.fault(`the unknown event ${message.event}`);
    else if (message.type === "connected") {
      if (this.call) this.fault("connected after start");
    } else if (message.type === "start") {
      if (this.call) this.fault("a second start");
      this.call = message.info;
      this.rawStart = message.raw;
    } else if (!this.call) this.fault(`${message.type} before start`);
    else if (message.type === "dtmf") this.digits.push(message.digit);
    else if (message.type === "hangup") this.rawHangup = message.raw;
    else {
      this.payloads.push(message.payload.base64);
      this.hear(message.payload.bytes);
    }
  }
}
