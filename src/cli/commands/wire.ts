/** What lies between a simulated caller and the endpoint, as the flags ask for it: a bad network, a PBX with quirks. */
import { randomInt } from "node:crypto";
import type { Values } from "../../config/setting.js";
import type { Reporter } from "../../report/reporter.js";
import type { NetworkModel } from "../../simulate/network.js";
import type { CallOptions } from "../../simulate/place-call.js";
import { MAX_SEED } from "../../simulate/random.js";

type WireSettings = Pick<Values<"simulate">, "network" | "seed" | "quirk" | "format" | "opusFraming">;

/** The same for every call of a run. Says the seed where one was drawn, so that the run can be repeated. */
export function wireOf(
  settings: WireSettings,
  reporter: Pick<Reporter, "step" | "warning">,
): Pick<CallOptions, "network" | "seed" | "quirks"> {
  const { network, quirk: quirks } = settings;
  const seed = settings.seed ?? (network && randomInt(MAX_SEED + 1));
  if (network) {
    const again = settings.seed === undefined ? `  (again with: --seed ${seed})` : "";
    reporter.step("network", { seed, ...network }, `Network: ${words(network)}, seed ${seed}${again}`);
  }
  const { format, opusFraming } = settings;
  const isRawOpus = format === "opus" && (opusFraming === "auto" || opusFraming === "raw");
  if (isRawOpus && quirks.includes("odd-frames"))
    reporter.warning(
      "odd-frames",
      "raw Opus packets cannot be cut: odd-frames shows with --opus-framing ogg or webm",
    );
  return { network, seed, quirks };
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
