import { describe, expect, it } from "vitest";
import { checkSettings, type ShownSetting } from "../../../src/doctor/computer/settings.js";

const file = (values: object) => ({ name: "smartpbx.config.js", values });
const shownIn = (checked: ReturnType<typeof checkSettings>) => checked.measured?.settings as ShownSetting[];

describe("the settings", () => {
  it("are all at their defaults", () => {
    const checked = checkSettings({ flags: {}, env: {} });
    expect(checked.value).toBe("no config file here; all settings at their defaults");
    expect(checked.details).toContain("port   8080  (default)");
    expect(checked.findings).toEqual([]);
  });

  it("come each from its own place, as other commands would take them", () => {
    const checked = checkSettings({
      flags: { port: "9000" },
      env: { SMARTPBX_LEAD: "80ms", SMARTPBX_PORT: "7000" },
      file: file({ agent: "adk:ws://user:hunter22@h/ws?key=hunter22", maxCalls: 3, out: "x.wav" }),
    });
    expect(checked.value).toBe("smartpbx.config.js was read; 5 set");
    expect(Object.fromEntries(shownIn(checked).map(({ key, value, from }) => [key, [value, from]]))).toEqual({
      port: ["9000", "--port"],
      host: ["127.0.0.1", "default"],
      path: ["/media-stream", "default"],
      agent: ["adk:ws://***@h/ws?…", "smartpbx.config.js"],
      maxCalls: ["3", "smartpbx.config.js"],
      out: ["x.wav", "smartpbx.config.js"],
      lead: ["80ms", "SMARTPBX_LEAD"],
    });
  });

  it("never show what may be secret or personal", () => {
    const secret = "hunter2hunter2";
    const checked = checkSettings({
      flags: { agentHeader: [`X-Api-Key: ${secret}`], agentOption: [`apiKey=${secret}`, "mode=instant"] },
      env: { MY_KEY: secret, SMARTPBX_TTS: `say ${secret} {out}` },
      file: file({
        header: { Authorization: "Bearer $MY_KEY" },
        url: `wss://u:${secret}@h/p?t=${secret}`,
        caller: "+94771234567",
      }),
    });
    expect(JSON.stringify(checked)).not.toMatch(/hunter2|94771234567/);
    const shown = Object.fromEntries(shownIn(checked).map(({ key, value }) => [key, value]));
    expect(shown).toMatchObject({
      agentHeader: "X-Api-Key: ***",
      agentOption: "apiKey=***, mode=instant",
      header: "Authorization: ***",
      caller: "***",
    });
  });

  it("have a variable with a slip in its name", () => {
    const { findings } = checkSettings({ flags: {}, env: { SMARTPBX_PROT: "1" } });
    expect(findings).toMatchObject([{ code: "misspelled-variable", severity: "warning" }]);
    expect(findings[0]?.seen).toContain("SMARTPBX_PORT");
  });

  it("hold a value that another command could not use", () => {
    expect(() => checkSettings({ flags: {}, env: {}, file: file({ lead: "soon" }) })).toThrow(
      /lead in smartpbx.config.js/,
    );
  });
});
