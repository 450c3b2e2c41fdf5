/** Calls to test agents with, and a record of what an agent reports. */

import type { AgentKind } from "../../src/agents/agent.js";
import { type AgentSettings, resolveAgent } from "../../src/agents/index.js";
import { type MediaFormat, PORTAL_FORMATS } from "../../src/audio/format.js";
import { Payload } from "../../src/audio/payload.js";
import type { Leg, LegEvent } from "../../src/call/leg.js";
import type { CallInfo } from "../../src/protocol/messages.js";
import { Watch } from "../../src/testing/watch.js";

export function callInfo(overrides: Partial<CallInfo> = {}): CallInfo {
  return {
    callId: "call-1",
    otherLegCallId: "leg-2",
    accountId: "account-1",
    caller: "+12025550101",
    callee: "+12025550199",
    format: PORTAL_FORMATS.g711_ulaw,
    ...overrides,
  };
}

export function rawStart(info: CallInfo): object {
  return {
    event: "start",
    start: {
      callId: info.callId,
      otherLegCallId: info.otherLegCallId,
      callerIdNumber: info.caller,
      calleeIdNumber: info.callee,
      accountId: info.accountId,
      mediaFormat: info.format,
      somethingNew: [1, 2],
    },
  };
}

/** Everything an agent reported, to be waited for. */
export class Reports {
  readonly events: LegEvent[] = [];
  readonly #watch = new Watch();

  readonly emit = (event: LegEvent): void => {
    this.events.push(event);
    this.#watch.changed();
  };

  of<T extends LegEvent["type"]>(type: T): Extract<LegEvent, { type: T }>[] {
    return this.events.filter((event): event is Extract<LegEvent, { type: T }> => event.type === type);
  }

  get audio(): Buffer {
    return Buffer.concat(this.of("audio").map((event) => event.payload.bytes));
  }

  get warnings(): string[] {
    return this.of("warning").map((event) => event.code);
  }

  until(condition: (reports: this) => boolean): Promise<void> {
    return this.#watch.until(() => condition(this));
  }
}

export interface Connected {
  readonly leg: Leg;
  readonly reports: Reports;
}

export interface ConnectOptions extends Partial<AgentSettings> {
  readonly call?: CallInfo;
  readonly signal?: AbortSignal;
}

/** Resolves a spec and connects one call to it. */
export async function connect(spec: string | AgentKind, options: ConnectOptions = {}): Promise<Connected> {
  const { call = callInfo(), signal = new AbortController().signal, options: given = {}, ...rest } = options;
  const agent = await resolveAgent(spec, { ...rest, options: given });
  const reports = new Reports();
  const leg = await agent.connect({ call, rawStart: rawStart(call), emit: reports.emit, signal });
  return { leg, reports };
}

export function payload(bytes: Uint8Array): Payload {
  return Payload.fromBytes(bytes);
}

/** Bytes that are all different in their places, so that a lost or doubled piece shows. */
export function pattern(length: number, seed = 1): Buffer {
  let state = seed;
  return Buffer.from(
    Uint8Array.from({ length }, () => {
      state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
      return state >> 16;
    }),
  );
}

export const opusCall = (format: MediaFormat = PORTAL_FORMATS.opus): CallInfo => callInfo({ format });
