/** The seam of sound: a microphone gives 20 ms frames, a speaker takes them, whatever stands behind it. */

/** A frame is 20 ms of mono 16-bit samples at this rate where nothing else is asked for. */
export const DEVICE_RATE_HZ = 48_000;

/** `card`: the packages `mic` and `speaker`. `tools`: programs of this computer, such as parec and aplay. */
export type BackendName = "card" | "tools";

export interface DeviceChoice {
  /** As `devices` lists it. Without one, the device that the system uses by default. */
  readonly name?: string;
  /** Without one, the best of what works here. */
  readonly backend?: BackendName;
  readonly sampleRate?: number;
  /** Told, at most once each, what the user should know although sound goes on: a microphone that gives only zeros. */
  readonly onNotice?: (message: string) => void;
}

interface Device {
  /** As `devices` lists it. */
  readonly name: string;
  /** What carries the sound, for one line on the screen: `tools (parec)`. */
  readonly backend: string;
  /** Why this and nothing else, in a few words: `best latency`, `speaker is not built`. */
  readonly reason: string;
  readonly sampleRate: number;
  /**
   * Lets the device go. Resolves when no process of it is left; never rejects. What is still to be heard is cut.
   */
  stop(): Promise<void>;
}

export interface Microphone extends Device {
  /**
   * Begins to give frames, each exactly 20 ms and the receiver's own. A muted call drops them: the device goes on, since a
   * recorder that is paused keeps what was said meanwhile.
   * @param onEnd at most once, when sound ends without `stop`: unplugged, or its process is gone. Nothing comes after it.
   */
  start(onFrame: (samples: Int16Array) => void, onEnd: (error?: Error) => void): void;
}

export interface Speaker extends Device {
  /** Plays samples of any number after what was written before. Never throws; after the end it does nothing. */
  write(samples: Int16Array): void;
  /**
   * Ms handed over and not yet heard. A player keeps pace with the device by writing while this is below what it wants
   * ahead (40 to 80 ms), instead of by a clock of its own that drifts away from the device's.
   */
  readonly bufferedMs: number;
  /** How often it had nothing to play between two writes. */
  readonly underruns: number;
  /** Drops what is not yet heard; what is written next is heard at once. */
  flush(): void;
  /** Set by the owner; told once when the device ends without `stop`. */
  onEnd?: (error: Error) => void;
}

export interface ListedDevice {
  /** What `--mic` and `--speaker` take. */
  readonly name: string;
  /** For people: `Built-in Audio Analog Stereo`. The name again where nothing better is known. */
  readonly label: string;
  readonly isDefault: boolean;
}

export interface Devices {
  readonly microphones: readonly ListedDevice[];
  readonly speakers: readonly ListedDevice[];
  /** What would carry the sound, as in `Device`; undefined where there is none. */
  readonly microphoneBackend?: Carrier;
  readonly speakerBackend?: Carrier;
}

export interface Carrier {
  readonly backend: string;
  readonly reason: string;
}
