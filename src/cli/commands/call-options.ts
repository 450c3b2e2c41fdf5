/** How simulated calls are placed, as the flags ask for it: who calls, for how long, over a bad network, from a PBX with quirks. */
import { randomInt } from "node:crypto";
import type { OpusFraming } from "../../audio/opus-framing.js";
import type { Values } from "../../config/setting.js";
import type { Reporter } from "../../report/reporter.js";
import type { NetworkModel } from "../../simulate/network.js";
import type { CallOptions } from "../../simulate/place-call.js";
import { MAX_SEED } from "../../simulate/random.js";

type CallSettings = Pick<
  Values<"simulate">,
  | ("profile" | "caller" | "callee" | "account" | "dtmf" | "hangUpAfterMs" | "dropAfterMs")
  | ("network" | "seed" | "quirk" | "format" | "opusFraming")
>;

/** How a caller's Opus travels; an endpoint answers in kind. */
export function framingOf({ opusFraming }: Pick<CallSettings, "opusFraming">): OpusFraming {
  return opusFraming === "auto" ? "raw" : opusFraming;
}

/** The same for every call of a run. Says the seed where one was drawn, so that the run can be repeated. */
export function callOptions(settings: CallSettings, reporter: Pick<Reporter, "step" | "warning">) {
  const { network, quirk: quirks } = settings;
  const seed = settings.seed ?? (network && randomInt(MAX_SEED + 1));
  if (network) {
    const again = settings.seed === undefined ? `  (again with: --seed ${seed})` : "";
    reporter.step("network", { seed, ...network }, `Network: ${words(network)}, seed ${seed}${again}`);
  }
  const isRawOpus = settings.format === "opus" && framingOf(settings) === "raw";
  if (isRawOpus && quirks.includes("odd-frames"))
    reporter.warning(
      "odd-frames",
      "raw Opus packets cannot be cut: odd-frames shows with --opus-framing ogg or webm",
    );
  const { profile, caller, callee, account: accountId, dtmf: keys, hangUpAfterMs, dropAfterMs } = settings;
  const options = {
    profile,
    caller,
    callee,
    accountId,
    keys,
    hangUpAfterMs,
    dropAfterMs,
    network,
    seed,
    quirks,
  };
  return options satisfies Partial<CallOptions>;
}

function words({ jitterMs, burstMs, stallMs, loss, burstEveryMs, stallEveryMs }: NetworkModel): string {
  const facts = [
    jitterMs > 0 && `jitter up to ${jitterMs} ms`,
    burstMs > 0 && `bursts of ${burstMs} ms about every ${burstEveryMs / 1000} s`,
    stallMs > 0 && `stalls of ${stallMs} ms about every ${stallEveryMs / 1000} s`,
    loss > 0 && `${Math.round(loss * 10_000) / 100} % of frames missing`,
  ];
  return facts.filter(Boolean).join(", ") || "nothing late or missing";
}
