import { expect, it } from "vitest";
import { analyseRecording } from "../../src/recording/analyse.js";
import { openRecording } from "../../src/recording/reader.js";
import { inspection } from "../../src/report/inspection.js";
import { temporaryFolder } from "../recording/calls.js";
import { recordExample } from "./example-call.js";

async function inspected(recordedPersonal: boolean, showPersonal: boolean) {
  const folder = await recordExample(await temporaryFolder(), {}, { showPersonal: recordedPersonal });
  const recording = await openRecording(folder);
  try {
    return inspection(recording.call, await analyseRecording(recording), showPersonal);
  } finally {
    await recording.close();
  }
}

it("masks what a recording shows, unless asked", async () => {
  const { call, analysis } = await inspected(true, false);
  expect(call).toMatchObject({ caller: "+94 77 *** **12", callee: "+94 11 *** **00", personal: "masked" });
  expect(analysis.info?.caller).toBe("+94 77 *** **12");
  expect(analysis.keys.map(({ digit }) => digit)).toEqual(["?"]);
  expect(analysis.transcripts[0].text).toBe("[20 characters]");
  expect(analysis.tools[0].args).toMatch(/^\[\d+ characters\]$/);
  expect(JSON.stringify(analysis)).not.toMatch(/hours|1234512/);
});

it("shows all when asked", async () => {
  const { call, analysis } = await inspected(true, true);
  expect(call.caller).toBe("+94771234512");
  expect(analysis.keys[0].digit).toBe("5");
  expect(analysis.transcripts[0].text).toBe("What are your hours?");
});

it("leaves as it is what the recording masked", async () => {
  expect((await inspected(false, false)).analysis.transcripts[0].text).toBe("[20 characters]");
  expect((await inspected(false, true)).call.caller).toBe("+94 77 *** **12");
});
