/** One phone call as a state machine: told what happened and when, in ms since the caller's socket opened, it says what to do. */
import type { Payload } from "../audio/payload.js";
import type { CallInfo, Fault, FaultCode, PbxMessage } from "../protocol/messages.js";
import { Complaints } from "./complaints.js";
import { Conversation } from "./conversation.js";
import { Early } from "./early.js";
import type { CallInput, Effects, KeyPress } from "./effects.js";
import type { CallEvent, CallFaultCode, CallNote, EndReason } from "./events.js";
import { Goodbye } from "./goodbye.js";
import type { LegEvent } from "./leg.js";
import { Metrics } from "./metrics.js";
import { type CallSettings, CLOSE, endOfSocket, refusedStart, wordsForPbx } from "./settings.js";
import { ToolCalls } from "./tool-calls.js";
import { Transcripts } from "./transcripts.js";

/** How often a running call looks at its limits and at a caller who has gone quiet. */
const CHECK_EVERY_MS = 200;

export class Call {
  readonly #settings: CallSettings;
  readonly #effects: Effects;
  readonly #metrics = new Metrics();
  #now = 0;
  #info: CallInfo | undefined;
  #conversation: Conversation | undefined;
  readonly #goodbye = new Goodbye();
  #ended = false;
  #lastInboundAt = 0;
  #checkAt: number;
  #wakeAt = Number.POSITIVE_INFINITY;
  readonly #complaints = new Complaints((event) => this.#note(event));
  readonly #toolCalls: ToolCalls;
  readonly #transcripts = new Transcripts((event) => this.#note(event));
  readonly #early = new Early();

  constructor(settings: CallSettings, effects: Effects) {
    this.#settings = settings;
    this.#effects = effects;
    this.#toolCalls = new ToolCalls(effects, (event) => this.#note(event));
    this.#checkAt = settings.startTimeoutMs;
    this.#armWake();
  }

  handle(input: CallInput, now: number): void {
    if (this.#ended) return;
    this.#now = now;
    switch (input.type) {
      case "pbx":
        this.#lastInboundAt = now;
        this.#fromPbx(input.message);
        break;
      case "pbx-congested":
        this.#congested("caller", input.ms);
        break;
      case "pbx-closed":
        this.#end(...endOfSocket(input.code));
        break;
      case "agent-ready":
        this.#agentReady(input);
        break;
      case "agent-unreachable":
        this.#end("agent-unreachable", input.reason, CLOSE.failed, input.fix);
        break;
      case "agent":
        if (this.#conversation) this.#fromAgent(input.event, this.#conversation);
        else this.#early.events.push(input.event);
        break;
      case "tool-result":
        this.#toolCalls.result(input.id, input.output, input.isError, now);
        break;
      case "wake":
        this.#wakeAt = Number.POSITIVE_INFINITY;
        this.#wake();
        break;
      case "hang-up":
        this.#end("agent-ended", "hung up where the bridge runs", CLOSE.ended);
        break;
      case "shut-down":
        this.#end("shutting-down", "the bridge is shutting down", CLOSE.shuttingDown);
        break;
    }
    this.#armWake();
  }

  /** Ends the call because of a fault of our own. */
  fail(now: number): void {
    this.#now = now;
    this.#end("bridge-failed", "internal error", CLOSE.failed);
  }

  #fromPbx(message: PbxMessage | Fault): void {
    switch (message.type) {
      case "connected":
        break;
      case "start":
        this.#start(message.info, message.raw);
        break;
      case "media":
        this.#callerAudio(message.payload);
        break;
      case "dtmf":
        this.#dtmf(message);
        break;
      case "hangup":
        this.#note({ type: "hangup", reason: message.reason });
        if (this.#conversation) this.#effects.sendHangupToAgent(message.raw);
        this.#end("caller-hung-up", "the caller hung up", CLOSE.ended);
        break;
      case "unknown":
        this.#complaints.warn(
          "unknown-event",
          `ignored an event this wire does not define: ${message.event}`,
          message.event,
        );
        break;
      case "fault":
        if (message.code === "unsupported-format")
          this.#end("unsupported-format", message.detail, CLOSE.policy);
        else if (message.code === "bad-start") this.#end("protocol-fault", message.detail, CLOSE.policy);
        else this.#fault(message.code, message.detail);
        break;
    }
  }

  #start(info: CallInfo, raw: object): void {
    if (this.#info) {
      if (info.callId !== this.#info.callId)
        this.#end("protocol-fault", "a start for another call", CLOSE.policy);
      else this.#fault("second-start", "the call had started already");
      return;
    }
    const refused = refusedStart(this.#settings, info);
    if (refused) {
      this.#end(...refused);
      return;
    }
    this.#info = info;
    this.#checkAt = this.#now;
    this.#note({ type: "call-started", info, agent: this.#settings.agent, raw });
    if (info.accountId === "")
      this.#complaints.warn("no-account-id", "start has no accountId; answers go out without one");
    this.#effects.connectAgent(info, raw);
  }

  #agentReady(agent: Extract<CallInput, { type: "agent-ready" }>): void {
    if (!this.#info || this.#conversation) return;
    const call = {
      info: this.#info,
      settings: this.#settings,
      effects: this.#effects,
      metrics: this.#metrics,
      note: (event: CallNote) => this.#note(event),
      observe: (event: CallEvent) => this.#observe(event),
      markHeard: (name: string) => this.#toolCalls.heard(name) || this.#effects.markHeard(name),
    };
    const conversation = new Conversation(call, agent, this.#now);
    this.#conversation = conversation;
    this.#note({ type: "agent-ready", passthrough: agent.passthrough });
    for (const { payload, at } of this.#early.audio.take()) conversation.callerAudio(payload, at, this.#now);
    this.#metrics.droppedMs += this.#early.audio.droppedMs;
    for (const key of this.#early.keys) this.#effects.sendDtmfToAgent(key);
    for (const event of this.#early.events.take()) this.#fromAgent(event, conversation);
  }

  #callerAudio(payload: Payload): void {
    if (!this.#info) {
      this.#fault("media-before-start", "audio came before the call started");
      return;
    }
    this.#observe({ at: this.#now, type: "caller-audio", payload });
    if (this.#goodbye.isAgentClosed) return;
    if (this.#conversation) this.#conversation.callerAudio(payload, this.#now, this.#now);
    else this.#early.audio.push(payload, this.#now, this.#info.format);
  }

  #dtmf(key: KeyPress): void {
    const info = this.#info;
    if (!info) {
      this.#fault("media-before-start", "a key was pressed before the call started");
      return;
    }
    const { digit, durationMs, callId } = key;
    this.#note({ type: "dtmf", digit, durationMs });
    if (callId !== undefined && callId !== info.callId && callId !== info.otherLegCallId) {
      this.#complaints.warn(
        "dtmf-other-leg",
        "a key press names another leg than start did; it was passed on all the same",
      );
    }
    if (this.#conversation) this.#effects.sendDtmfToAgent(key);
    else this.#early.keys.push(key);
  }

  #fromAgent(event: LegEvent, conversation: Conversation): void {
    switch (event.type) {
      case "closed":
        if (event.failed) this.#end("agent-failed", event.reason, CLOSE.failed);
        else this.#agentLeft(conversation);
        break;
      case "congested":
        this.#congested("agent", event.ms);
        break;
      case "warning":
        this.#complaints.warn(event.code, event.message);
        break;
      case "transcript":
        this.#transcripts.add(event.who, event.text, conversation.spokenAt(event, this.#now), this.#now);
        break;
      case "tool-call":
        if (this.#toolCalls.call(event, this.#now, conversation)) this.#goodbye.hangUp(this.#now);
        break;
      case "tool-cancelled":
        this.#toolCalls.cancel(event.ids);
        break;
      default:
        if (!this.#goodbye.isAgentClosed) conversation.agentEvent(event, this.#now);
    }
  }

  /** The agent has said its last word; the call ends when the caller has heard it. */
  #agentLeft(conversation: Conversation): void {
    this.#goodbye.agentClosed();
    conversation.finish(this.#now);
    this.#endWhenHeard(conversation);
  }

  #endWhenHeard(conversation: Conversation): void {
    if (this.#goodbye.dueAt(conversation) > this.#now) return;
    this.#end("agent-ended", "the agent ended the call", CLOSE.ended);
  }

  #wake(): void {
    const conversation = this.#conversation;
    if (conversation) {
      conversation.tick(this.#now);
      this.#endWhenHeard(conversation);
    }
    this.#transcripts.tick(this.#now);
    if (!this.#ended && this.#now >= this.#checkAt) this.#check(conversation);
  }

  #check(conversation: Conversation | undefined): void {
    const { idleTimeoutMs, maxDurationMs } = this.#settings;
    if (!this.#info) {
      this.#end("no-start", "no start message came", CLOSE.policy);
    } else if (this.#now >= maxDurationMs) {
      this.#end("too-long", "the call reached its longest duration", CLOSE.policy);
    } else if (this.#now - this.#lastInboundAt >= idleTimeoutMs) {
      this.#end("caller-silent", "nothing came from the PBX any more", CLOSE.policy);
    } else {
      if (!this.#goodbye.isAgentClosed) conversation?.fillSilence(this.#now);
      this.#checkAt = Math.min(this.#now + CHECK_EVERY_MS, maxDurationMs);
    }
  }

  /** Asks for the next wake, if it is not the one already asked for. */
  #armWake(): void {
    const conversation = this.#conversation;
    let at = this.#checkAt;
    if (this.#ended) at = Number.POSITIVE_INFINITY;
    else if (conversation) at = Math.min(at, conversation.wakeAt, this.#goodbye.dueAt(conversation));
    if (at !== this.#wakeAt) this.#effects.wakeAt((this.#wakeAt = at));
  }

  #congested(who: "caller" | "agent", ms: number): void {
    this.#metrics.droppedMs += ms;
    this.#complaints.warn(
      "congested",
      `the ${who}'s side does not take audio as fast as it comes; some was dropped`,
      who,
    );
  }

  #fault(code: FaultCode | CallFaultCode, detail: string): void {
    const tooMany = this.#complaints.fault(code, detail);
    if (tooMany) this.#end("protocol-fault", "too many unusable messages", CLOSE.policy);
  }

  #note(note: CallNote): void {
    this.#observe({ ...note, at: this.#now });
  }

  #observe(event: CallEvent): void {
    this.#metrics.observe(event);
    this.#effects.note(event);
  }

  #end(reason: EndReason, detail: string, pbxCode: number, fix?: string): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#transcripts.flush();
    this.#toolCalls.end(this.#now);
    this.#effects.closeCaller(pbxCode, wordsForPbx(reason, pbxCode, detail));
    this.#effects.closeAgent(CLOSE.ended, detail);
    const summary = this.#metrics.summary(this.#now, this.#conversation?.talkOverMs ?? 0);
    this.#note({ type: "call-ended", reason, detail, fix, summary });
    this.#conversation?.free();
  }
}
