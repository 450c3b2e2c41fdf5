/** `defineConfig`: an editor's help with a config file. */
import type { Config } from "./setting.js";

/** Types a config and gives it back: `export default defineConfig({ agent: "echo", drain: "30s" })`. */
export function defineConfig(config: Config): Config {
  return config;
}
