/** The part of the table of findings that only somebody who calls an endpoint can find: how it answers, survives and ends. */
import type { FindingText } from "./findings.js";

/** What a call that was not taken, or not by itself, says nothing about. */
const ANSWERS = [
  "never-heard",
  "unanswered",
  "slow-replies",
  "barge-in-ignored",
  "format-unanswered",
  "profile-unanswered",
  "deaf-after",
  "early-words-lost",
];

export const ENDPOINT_FINDINGS = {
  "bad-certificate": {
    severity: "error",
    why: "SmartPBX opens no connection that it cannot trust: every call is dropped before it begins.",
    fix: "Use a certificate from a public authority for this very host name, with its whole chain. To examine the endpoint until then, name its certificate in NODE_EXTRA_CA_CERTS.",
  },
  "certificate-ends-soon": {
    severity: "warning",
    why: "On the day it ends every call is dropped.",
    fix: "Renew it, and see why that does not happen by itself.",
  },
  unencrypted: {
    severity: "warning",
    why: "Voices, numbers and the token in the headers cross the network for all to read.",
    fix: "Serve the endpoint as wss://, for example behind a proxy that does TLS.",
  },
  "headers-refused": {
    severity: "error",
    why: "SmartPBX would be refused in the same way, and the caller hears nothing.",
    fix: "Compare the header's name and value with what the endpoint expects; in the portal they stand under websocket_headers.",
  },
  "wrong-path": {
    severity: "error",
    why: "SmartPBX would find nothing there either, and the caller hears nothing.",
    fix: "Give the path that the endpoint prints when it starts, for example /media-stream.",
  },
  redirected: {
    severity: "error",
    why: "SmartPBX does not follow redirects: no call arrives.",
    fix: "Put the address it leads to into the portal.",
  },
  "not-a-websocket": {
    severity: "error",
    why: "SmartPBX needs a WebSocket there: no call arrives.",
    fix: "Check host, port and path, and that a proxy in front passes Upgrade and Connection on.",
  },
  "endpoint-full": {
    severity: "error",
    why: "A caller who comes now is turned away.",
    fix: "See what keeps its calls open, or raise its limit of calls.",
  },
  "endpoint-broken": {
    severity: "error",
    why: "No call gets through while it answers like this.",
    fix: "Look at the endpoint's log, and at that of the proxy in front of it.",
  },
  "headers-ignored": {
    severity: "error",
    why: "Anyone who knows the address may place calls, at your cost and with your agent's rights.",
    fix: "Compare the header during the upgrade, in constant time, and refuse with HTTP 401.",
  },
  "answers-once": {
    severity: "error",
    why: "The second person who calls gets no answer.",
    fix: "Keep nothing of a call outside its connection: no global session, no listener that is removed with the first socket.",
    explains: ANSWERS,
  },
  "shared-session": {
    severity: "error",
    why: "Callers hear what the agent says to others.",
    fix: "Make one agent session for each connection, named by its callId.",
    explains: [...ANSWERS, "wrong-ids", "answers-once", "answers-not-all"],
  },
  "answers-not-all": {
    severity: "error",
    why: "When several people call at once, some of them hear nothing.",
    fix: "Make one agent session for each connection, and see how many the agent's account and this machine can take at once.",
    explains: ANSWERS,
  },
  "endpoint-dies": {
    severity: "error",
    why: "The caller is cut off in the middle of the call; when the whole process ends, so are all others.",
    fix: "Catch what fails for one call, log it, and ignore what is not understood.",
    explains: [...ANSWERS, "agent-failed", "answers-once", "never-closes"],
  },
  "profile-unanswered": {
    severity: "error",
    why: "The vendor's editions differ in what comes before the media, and a real PBX may follow any of them.",
    fix: "Ignore connected, read sampleRate as number or text, and need no field but callId, accountId and mediaFormat.",
  },
  "deaf-after": {
    severity: "error",
    why: "A real PBX sends such messages, and from then on the caller is not answered.",
    fix: "Ignore messages and fields that you do not know, and take audio in pieces of any size.",
    explains: ["unanswered"],
  },
  "format-unanswered": {
    severity: "warning",
    why: "With a provider set to this format the caller hears nothing at all.",
    fix: "Answer in this format, or close the socket with 1003 and a reason as soon as start names it.",
  },
  "format-fails": {
    severity: "warning",
    why: "With a provider set to this format every call breaks off, and the log shows an accident.",
    fix: "Answer in this format, or close the socket with 1003 and a reason as soon as start names it.",
  },
  "never-closes": {
    severity: "warning",
    why: "After each call a socket, and the agent's session behind it, stays open and may go on costing.",
    fix: "Close the socket when hangup or stop comes, and end the agent's session when the socket is gone.",
  },
  "early-words-lost": {
    severity: "warning",
    why: "People speak as soon as the line opens: what they say before the agent is ready is lost.",
    fix: "Keep the caller's audio until the agent's own connection is open, a second of it at least.",
  },
  "misheard-rate": {
    severity: "error",
    why: "The agent hears the caller at the wrong speed, and understands little.",
    fix: "Tell the agent the rate of the audio you send it, or resample to the one it takes for granted.",
    explains: ["wrong-rate"],
  },
} as const satisfies Readonly<Record<string, FindingText>>;
