/** Budgets as they are written: `first-audio.p95=900ms,failed=1%`. */
import { type Budget, budget, budgetNames, METRICS, type Metric, metrics } from "../simulate/budgets.js";
import { suggest } from "../suggest.js";
import { BadValue } from "./bad-value.js";
import { parseDuration } from "./units.js";

/** Several stand one after the other, with commas. Of two with one name the later counts. @throws BadValue */
export function parseBudgets(texts: readonly string[]): Budget[] {
  const budgets = new Map<string, Budget>();
  for (const part of texts.flatMap((text) => text.split(","))) {
    const parsed = parseBudget(part.trim());
    budgets.set(parsed.name, parsed);
  }
  return [...budgets.values()];
}

function parseBudget(text: string): Budget {
  const [, name = "", limit = ""] = /^([^=<]*?)\s*<?=\s*(.*)$/.exec(text) ?? [];
  if (name === "" || limit === "")
    throw new BadValue(`${JSON.stringify(text)} is not a name, = and a limit`, {
      instead: "first-audio.p95=900ms",
    });
  if (!budgetNames.includes(name)) throw unknownName(name, limit);
  const metric = name.split(".")[0] as Metric;
  return budget(name, METRICS[metric].unit === "%" ? parsePercent(limit, name) : parseLimit(limit, name));
}

function unknownName(name: string, limit: string): BadValue {
  const [metric = "", stat] = name.split(".");
  if (Object.hasOwn(METRICS, metric)) {
    const isSingle = METRICS[metric as Metric].single;
    const says = isSingle
      ? `${metric} is one number for the whole run`
      : stat === undefined
        ? `${metric} has many values: say which`
        : `${metric} has p50, p95, p99, max and mean`;
    return new BadValue(says, { instead: `${isSingle ? metric : `${metric}.p95`}=${limit}` });
  }
  const near = suggest(metric, metrics);
  const meant = near && suggest(stat === undefined ? near : `${near}.${stat}`, budgetNames);
  const instead = meant ?? (near && (METRICS[near as Metric].single ? near : `${near}.p95`));
  return new BadValue(
    `no budget is called ${JSON.stringify(name)}`,
    instead
      ? { fix: `Did you mean ${instead}=${limit}?` }
      : { fix: `There are: ${metrics.join(", ")}; most with .p50 .p95 .p99 .max .mean` },
  );
}

/** `1%` or `0.5%`. */
function parsePercent(text: string, name: string): number {
  const amount = /^(\d+(?:\.\d+)?)%$/.exec(text)?.[1];
  if (amount !== undefined && Number(amount) <= 100) return Number(amount);
  const number = /^\d+(?:\.\d+)?/.exec(text)?.[0];
  throw new BadValue(`${name} is limited in percent, not by ${JSON.stringify(text)}`, {
    instead: `${name}=${number && Number(number) <= 100 ? number : 1}%`,
  });
}

function parseLimit(text: string, name: string): number {
  const bare = /^(\d+(?:\.\d+)?)%?$/.exec(text)?.[1];
  if (bare !== undefined && Number(bare) !== 0)
    throw new BadValue(`${name} is limited in ms or s, not by ${JSON.stringify(text)}`, {
      instead: `${name}=${bare}ms`,
    });
  try {
    return parseDuration(text);
  } catch (error) {
    if (!(error instanceof BadValue) || error.instead === undefined) throw error;
    throw new BadValue(`${name}: ${error.message}`, { instead: `${name}=${error.instead}` });
  }
}
