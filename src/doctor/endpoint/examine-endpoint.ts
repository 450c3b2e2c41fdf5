/** `doctor WS_URL`: examines anyone's endpoint as SmartPBX would use it, with a fixed list of probes. */
import { Examination, type Examined } from "./examination.js";
import { authentication } from "./probes/authentication.js";
import { connection } from "./probes/connection.js";
import { conversation } from "./probes/conversation.js";
import { earlyWords } from "./probes/early-words.js";
import { formats } from "./probes/formats.js";
import { hangUp, nextCall } from "./probes/hang-up.js";
import { oddMessages } from "./probes/odd-messages.js";
import { startMessages } from "./probes/start-messages.js";

interface Probe {
  readonly run: (exam: Examination) => Promise<void>;
  /** About as long does it take. */
  readonly takesMs: number;
  readonly left: readonly [name: string, what: string];
}

/** The harmless first: what an endpoint may die of comes last. */
const PROBES: readonly Probe[] = [
  { run: connection, takesMs: 500, left: ["connection", "connection"] },
  { run: authentication, takesMs: 6000, left: ["authentication", "authentication"] },
  { run: conversation, takesMs: 20_000, left: ["survives", "conversation"] },
  { run: startMessages, takesMs: 4000, left: ["start-messages", "start messages"] },
  { run: formats, takesMs: 8000, left: ["formats", "other formats"] },
  { run: earlyWords, takesMs: 5000, left: ["early-words", "first words"] },
  { run: oddMessages, takesMs: 9000, left: ["odd-messages", "odd messages"] },
  { run: hangUp, takesMs: 5000, left: ["hang-up", "hang-up"] },
  { run: nextCall, takesMs: 5500, left: ["next-call", "next call"] },
];

/**
 * Places some twenty calls, in less than a minute. Each check is reported as soon as it is made; what another finding explains
 * is not reported as a finding of its own.
 *
 * @throws BridgeError `endpoint-unreachable` when nothing answers there, `bad-flag` when the URL or a header cannot be used.
 * The signal's reason when it is aborted: what was reported until then stands.
 */
export async function examineEndpoint(examined: Examined): Promise<void> {
  const exam = new Examination(examined);
  exam.doing("the connection");
  await exam.prepare();
  for (const { run, takesMs, left } of PROBES) {
    if (exam.isOver) return;
    if (!exam.hasTimeFor(takesMs)) exam.skip(...left, "left out: the minute is over");
    else await run(exam);
  }
}
