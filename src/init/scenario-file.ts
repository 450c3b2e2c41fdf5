/** The text of the first scenario: a call that a healthy agent passes, and what to add to it. */
import type { Place } from "./place.js";

const SCHEMA = "../node_modules/smartpbx-bridge/src/simulate/scenario/scenario.schema.json";

export function scenarioText({ isInstalled }: Pick<Place, "isInstalled">): string {
  // Editors that know YAML schemas complete and check the file by this line; it needs the package beside it.
  return `${isInstalled ? `# yaml-language-server: $schema=${SCHEMA}\n` : ""}\
# One call: what the caller does, step by step, and what is expected of the agent. Try it:
#   npx smartpbx-bridge simulate scenarios/first-call.yaml
# All steps and expectations: docs/scenarios.md in the repository of smartpbx-bridge.
name: first call
description: Says hello, is answered in time, and hangs up.
turns:
  # An agent that speaks first does it here. To insist on that: { wait: agent, timeout: 5s }
  - silence: 1s
  # A sentence of the bundled voice. { wav: FILE } plays your own, relative to this file; a plain text is spoken by
  # the program of --tts.
  - say: { clip: hello }
    expect: { speaks-within: 3s }
  # Until the agent has spoken and been quiet for 700 ms.
  - wait: agent
  # Breaks in after 800 ms of the agent's answer, which has to stop.
  # - say: { clip: hours }
  # - barge-in: { after: 800ms, say: { clip: hello } }
  #   expect: { stops-within: 1s, speaks-within: 3s }
  - hang-up: true
# Of the whole call.
expect:
  no-clipping: true
  sounds-right: true
  ended-by: caller
`;
}
