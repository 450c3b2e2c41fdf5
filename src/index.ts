/** The public API: what a module with an agent of one's own needs. */
export type { AgentKind, ConnectContext, OptionSpec, OptionSpecs, OptionValues } from "./agents/agent.js";
export { defineAgent } from "./agents/agent.js";
export type { ToolParameters, ToolSpec } from "./agents/tools.js";
export { type WebsocketAgentSettings, websocketAgent } from "./agents/websocket/agent.js";
export type { WireName } from "./agents/websocket/names.js";
export type { Encoding, MediaFormat, SampleRate } from "./audio/format.js";
export { Payload } from "./audio/payload.js";
export type { Leg, LegEvent, Speaker, ToolArguments } from "./call/leg.js";
export { defineConfig } from "./config/define.js";
export type { Config } from "./config/setting.js";
export type { ErrorCode } from "./errors.js";
export { BridgeError } from "./errors.js";
export type { CallInfo } from "./protocol/messages.js";
