/** The delivery plan: what holds for every seed and every network, and what each key of the model does. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Delivery, DeliveryPlan, type NetworkModel } from "../../src/simulate/network.js";

const PERFECT: NetworkModel = {
  jitterMs: 0,
  burstMs: 0,
  stallMs: 0,
  loss: 0,
  burstEveryMs: 5000,
  stallEveryMs: 20_000,
};

/** The deliveries of so many frames, 20 ms apart. */
function planned(model: Partial<NetworkModel>, seed: number, frames: number, call = 0): Delivery[] {
  const plan = new DeliveryPlan({ ...PERFECT, ...model }, seed, call);
  return Array.from({ length: frames }, (_, k) => plan.frame(20 * k));
}

const delays = (deliveries: Delivery[]) => deliveries.map(({ at }, k) => at - 20 * k);

/** Runs of frames that are delivered at one time: [time, how many]. */
function together(deliveries: Delivery[]): [at: number, frames: number][] {
  const runs: [number, number][] = [];
  for (const { at } of deliveries) {
    const last = runs.at(-1);
    if (last?.[0] === at) last[1]++;
    else runs.push([at, 1]);
  }
  return runs.filter(([, frames]) => frames > 1);
}

const seeds = fc.integer({ min: 0, max: 0xffff_ffff });
const models = fc
  .record({
    jitterMs: fc.integer({ min: 0, max: 500 }),
    burstEveryMs: fc.integer({ min: 20, max: 10_000 }),
    stallEveryMs: fc.integer({ min: 20, max: 60_000 }),
    burst: fc.double({ min: 0, max: 0.5, noNaN: true }),
    stall: fc.double({ min: 0, max: 0.5, noNaN: true }),
    loss: fc.double({ min: 0, max: 1, noNaN: true }),
  })
  .map(({ burst, stall, ...model }) => ({
    ...model,
    burstMs: Math.floor(burst * model.burstEveryMs),
    stallMs: Math.floor(stall * model.stallEveryMs),
  }));

describe("for every network and seed", () => {
  it("is the same again, and another for another seed or call", () => {
    fc.assert(
      fc.property(models, seeds, fc.nat(1000), (model, seed, call) => {
        const once = planned(model, seed, 300, call);
        expect(planned(model, seed, 300, call)).toEqual(once);
        if (model.jitterMs < 20 || model.loss > 0.5) return;
        expect(planned(model, (seed + 1) >>> 0, 300, call)).not.toEqual(once);
        expect(planned(model, seed, 300, call + 1)).not.toEqual(once);
      }),
      { numRuns: 60 },
    );
  });

  it("delivers nothing before it is due, nothing before what came earlier, and the first frame surely", () => {
    fc.assert(
      fc.property(models, seeds, (model, seed) => {
        const sent = planned(model, seed, 500);
        expect(sent[0].missing).toBe(false);
        let last = 0;
        for (const [k, { at, missing }] of sent.entries()) {
          if (missing) continue;
          expect(at).toBeGreaterThanOrEqual(Math.max(20 * k, last));
          expect(Number.isInteger(at)).toBe(true);
          last = at;
        }
      }),
      { numRuns: 60 },
    );
  });

  it("puts messages between the frames where they belong, and moves no frame for them", () => {
    fc.assert(
      fc.property(models, seeds, fc.uniqueArray(fc.nat(199)), (model, seed, keys) => {
        const plan = new DeliveryPlan(model, seed);
        const plain = planned(model, seed, 200);
        let last = 0;
        for (let k = 0; k < 200; k++) {
          if (keys.includes(k)) {
            const at = plan.message(20 * k);
            expect(at).toBeGreaterThanOrEqual(Math.max(last, 20 * k));
            last = at;
          }
          const { at, missing } = plan.frame(20 * k);
          expect(missing).toBe(plain[k].missing);
          if (missing) continue;
          expect(at).toBe(plain[k].at);
          expect(at).toBeGreaterThanOrEqual(last);
          last = at;
        }
      }),
      { numRuns: 40 },
    );
  });
});

describe("what each key does", () => {
  it("nothing: every frame at its time", () => {
    expect(new Set(delays(planned({}, 1, 3000)))).toEqual(new Set([0]));
  });

  it("jitter: up to so many ms, all of them, evenly where frames do not overtake each other", () => {
    const all = delays(planned({ jitterMs: 15 }, 3, 16_000));
    for (let ms = 0; ms <= 15; ms++) {
      const count = all.filter((delay) => delay === ms).length;
      expect(Math.abs(count - 1000)).toBeLessThan(150);
    }
    const more = delays(planned({ jitterMs: 100 }, 3, 5000));
    expect(Math.max(...more)).toBe(100);
    expect(Math.min(...more)).toBeLessThan(20);
  });

  it.each([
    ["burst", { burstMs: 200 }, 200, 5000],
    ["stall", { stallMs: 1000 }, 1000, 20_000],
  ] as const)(
    "%s: frames held back and delivered together, about as often as said",
    (_, model, length, every) => {
      const hour = planned(model, 11, 180_000);
      const runs = together(hour);
      for (const [, frames] of runs) expect(Math.abs(frames - length / 20)).toBeLessThanOrEqual(1);
      expect(Math.abs(runs.length - 3_600_000 / every)).toBeLessThan((3_600_000 / every) * 0.1);
      const longest = delays(hour).reduce((longest, delay) => Math.max(longest, delay));
      expect(longest).toBeLessThanOrEqual(length);
      expect(longest).toBeGreaterThan(length - 20);
      const gaps = runs.slice(1).map(([at], k) => at - runs[k][0]);
      expect(Math.min(...gaps)).toBeGreaterThanOrEqual(every / 2);
      expect(Math.max(...gaps)).toBeLessThanOrEqual(every * 1.5);
    },
  );

  it("loss: so many frames are missing, and the others keep their times", () => {
    const hour = planned({ loss: 0.02 }, 5, 180_000);
    const missing = hour.filter((delivery) => delivery.missing).length;
    expect(missing / 180_000).toBeCloseTo(0.02, 2);
    expect(new Set(delays(hour))).toEqual(new Set([0]));
    expect(planned({ loss: 1 }, 5, 100).filter((delivery) => !delivery.missing).length).toBe(1);
  });

  it("each for itself: adding one leaves the others where they were", () => {
    const jitter = planned({ jitterMs: 15 }, 9, 2000);
    const both = planned({ jitterMs: 15, loss: 0.1 }, 9, 2000);
    for (const [k, { at, missing }] of both.entries()) if (!missing) expect(at).toBe(jitter[k].at);
    const bursts = together(planned({ burstMs: 200 }, 9, 5000));
    const more = new Set(together(planned({ burstMs: 200, stallMs: 60 }, 9, 5000)).map(([at]) => at));
    expect(bursts.filter(([at]) => more.has(at)).length).toBeGreaterThan(bursts.length * 0.9);
  });
});
