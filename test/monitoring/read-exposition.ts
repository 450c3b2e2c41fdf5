/** A strict reader of the Prometheus text format 0.0.4, written from its definition and not from ours. */

export interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

export interface Family {
  readonly name: string;
  readonly type: string;
  readonly help: string;
  readonly samples: readonly Sample[];
}

const NAME = /^[a-zA-Z_:][a-zA-Z0-9_:]*/;
const LABEL = /^([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"/;
const VALUE = /^(?:[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?|[+-]Inf|NaN)$/;

/** @throws Error for anything that the definition does not allow, or that a histogram or counter cannot be. */
export function readExposition(text: string): Family[] {
  if (!text.endsWith("\n")) throw new Error("the last line does not end");
  const families: (Family & { samples: Sample[] })[] = [];
  let help: { name: string; text: string } | undefined;
  for (const line of text.slice(0, -1).split("\n")) {
    const comment = /^# (HELP|TYPE) (\S+) (.*)$/.exec(line);
    if (comment?.[1] === "HELP") help = { name: comment[2]!, text: unescaped(comment[3]!) };
    else if (comment) {
      const [, , name = "", type = ""] = comment;
      if (!/^(counter|gauge|histogram|summary|untyped)$/.test(type)) throw new Error(`no such type: ${line}`);
      if (help?.name !== name) throw new Error(`no HELP before ${line}`);
      if (families.some((family) => family.name === name)) throw new Error(`twice: ${name}`);
      families.push({ name, type, help: help.text, samples: [] });
    } else {
      const sample = readSample(line);
      const family = families.at(-1);
      const suffixes = family?.type === "histogram" ? ["_bucket", "_sum", "_count"] : [""];
      if (!family || !suffixes.some((suffix) => sample.name === family.name + suffix))
        throw new Error(`out of its family: ${line}`);
      const isTwice = family.samples.some(
        ({ name, labels }) =>
          name === sample.name && JSON.stringify(labels) === JSON.stringify(sample.labels),
      );
      if (isTwice) throw new Error(`twice: ${line}`);
      family.samples.push(sample);
    }
  }
  for (const family of families) {
    if (family.type === "histogram") checkHistogram(family);
    if (family.type === "counter" && family.samples.some(({ value }) => !(value >= 0)))
      throw new Error(`a counter below zero: ${family.name}`);
  }
  return families;
}

function readSample(line: string): Sample {
  const name = NAME.exec(line)?.[0];
  if (name === undefined) throw new Error(`no metric name: ${line}`);
  let rest = line.slice(name.length);
  const labels: Record<string, string> = {};
  if (rest.startsWith("{")) {
    rest = rest.slice(1);
    while (!rest.startsWith("}")) {
      const label = LABEL.exec(rest);
      if (!label) throw new Error(`no label: ${line}`);
      if (Object.hasOwn(labels, label[1]!)) throw new Error(`a label twice: ${line}`);
      Object.defineProperty(labels, label[1]!, { value: unescaped(label[2]!), enumerable: true });
      rest = rest.slice(label[0].length);
      if (rest.startsWith(",")) rest = rest.slice(1);
      else if (!rest.startsWith("}")) throw new Error(`labels do not end: ${line}`);
    }
    rest = rest.slice(1);
  }
  const value = rest.slice(1);
  if (!rest.startsWith(" ") || !VALUE.test(value)) throw new Error(`no value: ${line}`);
  return { name, labels, value: Number(value.replace("Inf", "Infinity")) };
}

function checkHistogram({ name, samples }: Family): void {
  const buckets = samples.filter((sample) => sample.name === `${name}_bucket`);
  const bounds = buckets.map(({ labels }) => Number(labels.le?.replace("Inf", "Infinity")));
  if (bounds.some((bound, i) => !(bound > (bounds[i - 1] ?? Number.NEGATIVE_INFINITY))))
    throw new Error(`bounds do not rise: ${name}`);
  if (bounds.at(-1) !== Number.POSITIVE_INFINITY) throw new Error(`no +Inf: ${name}`);
  if (buckets.some(({ value }, i) => value < (buckets[i - 1]?.value ?? 0)))
    throw new Error(`buckets are not cumulative: ${name}`);
  const count = samples.find((sample) => sample.name === `${name}_count`)?.value;
  if (count !== buckets.at(-1)?.value) throw new Error(`_count is not the last bucket: ${name}`);
  if (!samples.some((sample) => sample.name === `${name}_sum`)) throw new Error(`no _sum: ${name}`);
}

function unescaped(text: string): string {
  return text.replace(/\\(.)/g, (_, char: string) => (char === "n" ? "\n" : char));
}
