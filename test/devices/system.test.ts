import { describe, expect, it } from "vitest";
import {
  findDevice,
  readAlsa,
  readCoreAudio,
  readPulse,
  type SoundSystem,
} from "../../src/devices/system.js";

const SOURCES = `Source #0
	State: SUSPENDED
	Name: alsa_output.pci-0000_00_1f.3.analog-stereo.monitor
	Description: Monitor of Built-in Audio Analog Stereo
	Monitor of Sink: alsa_output.pci-0000_00_1f.3.analog-stereo
	Properties:
		device.description = "Monitor of Built-in Audio Analog Stereo"

Source #1
	State: RUNNING
	Name: alsa_input.usb-Jabra_Link_380-00.mono-fallback
	Description: Jabra Link 380 Mono
	Monitor of Sink: n/a
Source #2
	Name: bluez_input.AA_BB
	Description: (null)
	Monitor of Sink: n/a
`;

const CAPTURES = `**** List of CAPTURE Hardware Devices ****
card 0: PCH [HDA Intel PCH], device 0: ALC257 Analog [ALC257 Analog]
  Subdevices: 1/1
  Subdevice #0: subdevice #0
card 2: C920 [HD Pro Webcam C920], device 0: USB Audio [USB Audio]
  Subdevices: 1/1
`;

const PROFILE = {
  SPAudioDataType: [
    {
      _items: [
        {
          _name: "MacBook Pro Microphone",
          coreaudio_default_audio_input_device: "spaudio_yes",
          coreaudio_device_input: 1,
        },
        { _name: "Studio Display", coreaudio_device_output: 8, coreaudio_device_input: 1 },
        {
          _name: "MacBook Pro Speakers",
          coreaudio_default_audio_output_device: "spaudio_yes",
          coreaudio_device_output: 2,
        },
      ],
    },
  ],
};

describe("what the system says", () => {
  it("is read from pactl", () => {
    expect(readPulse(SOURCES, "alsa_input.usb-Jabra_Link_380-00.mono-fallback")).toEqual([
      {
        name: "alsa_output.pci-0000_00_1f.3.analog-stereo.monitor",
        label: "Monitor of Built-in Audio Analog Stereo",
        isDefault: false,
        isMonitor: true,
      },
      {
        name: "alsa_input.usb-Jabra_Link_380-00.mono-fallback",
        label: "Jabra Link 380 Mono",
        isDefault: true,
        isMonitor: false,
      },
      { name: "bluez_input.AA_BB", label: "bluez_input.AA_BB", isDefault: false, isMonitor: false },
    ]);
    expect(readPulse("")).toEqual([]);
  });

  it("is read from arecord and aplay", () => {
    expect(readAlsa(CAPTURES)).toEqual([
      { name: "plughw:CARD=PCH,DEV=0", label: "HDA Intel PCH, ALC257 Analog", isDefault: true },
      { name: "plughw:CARD=C920,DEV=0", label: "HD Pro Webcam C920, USB Audio", isDefault: false },
    ]);
  });

  it("is read from system_profiler", () => {
    const { microphones, speakers } = readCoreAudio(JSON.stringify(PROFILE));
    expect(microphones.map(({ name, isDefault }) => [name, isDefault])).toEqual([
      ["MacBook Pro Microphone", true],
      ["Studio Display", false],
    ]);
    expect(speakers.map(({ name, isDefault }) => [name, isDefault])).toEqual([
      ["Studio Display", false],
      ["MacBook Pro Speakers", true],
    ]);
    expect(readCoreAudio("no JSON")).toEqual({ microphones: [], speakers: [] });
  });
});

describe("findDevice", () => {
  const microphones = readPulse(SOURCES).filter(({ isMonitor }) => !isMonitor);
  const pulse: SoundSystem = { name: "pulse", microphones, speakers: [], unlisted: ["a.monitor"] };
  const find = (wanted: string | undefined, system = pulse) =>
    findDevice(wanted, microphones, system, "microphone");

  it("takes a name, a label, or a part that only one has", () => {
    expect(find("bluez_input.AA_BB")).toBe("bluez_input.AA_BB");
    expect(find("jabra link 380 mono")).toBe("alsa_input.usb-Jabra_Link_380-00.mono-fallback");
    expect(find("jabra")).toBe("alsa_input.usb-Jabra_Link_380-00.mono-fallback");
    expect(find("a.monitor")).toBe("a.monitor");
  });

  it("leaves the default to the system", () => {
    expect(find(undefined)).toBeUndefined();
    expect(find("default")).toBeUndefined();
  });

  it("says which there are", () => {
    expect(() => find("input")).toThrow(
      expect.objectContaining({
        code: "unknown-device",
        message: "More than one microphone is called input",
      }),
    );
    expect(() => find("bluez_input.AA_BC")).toThrow(
      expect.objectContaining({
        code: "unknown-device",
        fix: expect.stringMatching(/^Did you mean bluez_input\.AA_BB\? There are: /),
      }),
    );
  });

  it("takes ALSA's own names, and any where nothing can be listed", () => {
    expect(find("plughw:1,0", { ...pulse, name: "alsa" })).toBe("plughw:1,0");
    expect(() => find("card", { ...pulse, name: "alsa" })).toThrow("no microphone called card");
    expect(find("Line In", { ...pulse, name: "plain" })).toBe("Line In");
  });
});
