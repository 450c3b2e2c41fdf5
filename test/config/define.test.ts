import { expect, expectTypeOf, it } from "vitest";
import { defineConfig } from "../../src/config/define.js";
import type { Config, Values } from "../../src/config/setting.js";

it("gives the config back, typed from the table", () => {
  const config = {
    port: 9000,
    drain: "30s",
    maxMessage: "1MiB",
    format: "opus",
    agentOption: { mode: "instant" },
  } as const;
  expect(defineConfig(config)).toBe(config);
  expectTypeOf<Config["drain"]>().extract<number>().toEqualTypeOf<0>();
  expectTypeOf<Config>().not.toHaveProperty("config");
  // @ts-expect-error a duration needs its unit
  defineConfig({ drain: 30 });
  // @ts-expect-error no such format
  defineConfig({ format: "mp3" });
});

it("types the values of a command, with their units", () => {
  expectTypeOf<Values<"serve">["drainMs"]>().toEqualTypeOf<number>();
  expectTypeOf<Values<"serve">["record"]>().toEqualTypeOf<string | undefined>();
  expectTypeOf<Values<"simulate">["format"]>().toEqualTypeOf<"g711_ulaw" | "pcm16" | "opus">();
  expectTypeOf<Values<"simulate">["toneHz"]>().toEqualTypeOf<number | undefined>();
  expectTypeOf<Values<"serve">>().not.toHaveProperty("toneHz");
});
