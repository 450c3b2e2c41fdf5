/** `doctor WS_URL`: examines anyone's endpoint as SmartPBX would use it, with a fixed list of probes. */
import { Examination, type Examined } from "./examination.js";
import { authentication } from "./probes/authentication.js";
import { connection } from "./probes/connection.js";
import { conversation } from "./probes/conversation.js";
import { earlyWords } from "./probes/early-words.js";
import { formats } from "./probes/formats.js";
import { hangUp } from "./probes/hang-up.js";
import { oddMessages } from "./probes/odd-messages.js";
import { startMessages } from "./probes/start-messages.js";

/** The harmless first: what an endpoint may die of comes last. */
const PROBES: readonly ((exam: Examination) => Promise<void>)[] = [
  connection,
  authentication,
  conversation,
  startMessages,
  formats,
  earlyWords,
  oddMessages,
  hangUp,
];

/**
 * Places some fifteen calls, in less than a minute. Each check is reported as soon as it is made; what another finding explains
 * is not reported as a finding of its own.
 *
 * @throws BridgeError `endpoint-unreachable` when nothing answers there, `bad-flag` when the URL or a header cannot be used.
 * The signal's reason when it is aborted: what was reported until then stands.
 */
export async function examineEndpoint(examined: Examined): Promise<void> {
  const exam = new Examination(examined);
  for (const probe of PROBES) {
    if (exam.isOver) return;
    await probe(exam);
  }
}
