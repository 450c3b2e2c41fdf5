import { expect, test } from "vitest";
import { OneATurn } from "../../src/bridge/one-a-turn.js";

const turn = () => new Promise((resolve) => setImmediate(resolve));

test("of many who come at once each has a turn of its own, in the order in which they came", async () => {
  const turns = new OneATurn();
  const served: number[] = [];
  for (let k = 0; k < 5; k++) void turns.next().then(() => served.push(k));
  const seen: number[][] = [];
  for (let k = 0; k < 6; k++) {
    await turn();
    seen.push([...served]);
  }
  for (const [k, now] of seen.entries()) {
    const before = seen[k - 1] ?? [];
    expect(now.length - before.length).toBeLessThanOrEqual(k === 0 ? 2 : 1);
  }
  expect(served).toEqual([0, 1, 2, 3, 4]);
});

test("who comes alone does not wait for a turn", async () => {
  const turns = new OneATurn();
  await turns.next();
  await turn();
  await turn();
  let isServed = false;
  void turns.next().then(() => (isServed = true));
  await Promise.resolve();
  await Promise.resolve();
  expect(isServed).toBe(true);
});
