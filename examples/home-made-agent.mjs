// A home-made agent, described instead of programmed: it takes and gives μ-law as base64 in JSON, and has its own words.
//
//   smartpbx-bridge serve --agent ./home-made-agent.mjs
import { websocketAgent } from "smartpbx-bridge";

export default websocketAgent({
  url: "ws://127.0.0.1:9000/calls/{callId}",
  hears: { encoding: "g711_ulaw", sampleRate: 8000 },
  framing: "json",
  greeting: "Greet the caller.",
  start: (call) => ({ call: call.callId, from: call.caller }),
  fields: {
    typeField: "event",
    startType: "hello",
    audioType: "media", // {"event":"media","media":{"payload":"…"}}, both ways
    audioField: "media.payload",
    interruptedType: "clear", // {"event":"clear"} from the agent: the caller speaks, play no more
    sentInterruptedType: "", // how much was heard, it does not want to know
    turnEndedType: "done",
    greetingType: "say", // {"event":"say","text":"Greet the caller."}
    dtmfType: "key", // {"event":"key","key":"5"}
    digitField: "key",
    endType: "bye", // {"event":"bye"}, both ways
  },
});
