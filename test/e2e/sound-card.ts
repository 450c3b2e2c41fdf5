/** A sound card without hardware: a PulseAudio server of its own with a virtual microphone and a virtual speaker. */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { accessSync, constants, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { pcmSamples } from "../../src/audio/pcm.js";

const STARTING_MS = 10_000;

/** Whether real sound can be tested here. `.ci/run` sees to it that it can, and that nothing is left out. */
export const hasSoundCard = ["pulseaudio", "pactl", "parec", "pacat", "paplay"].every(isInstalled);

/** Whether the packages `mic` and `speaker` can carry it too: one needs arecord, the other a compiler. */
export const hasCard =
  hasSoundCard &&
  isInstalled("arecord") &&
  existsSync(new URL("../../node_modules/speaker/build/Release/binding.node", import.meta.url));

export function isInstalled(program: string): boolean {
  return (process.env.PATH ?? "").split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

export const CARD_HZ = 48_000;

export interface Recorded {
  /** Mono, at `CARD_HZ`. */
  readonly samples: Int16Array;
  /** When the first of them was heard, on `performance.now()`, with the same small error for all recorders. */
  readonly startedAt: number;
}

export interface Recorder {
  stop(): Promise<Recorded>;
}

export class SoundCard {
  /** What a process needs in its environment to hear and to be heard here. */
  readonly env: Readonly<Record<string, string>>;
  readonly #folder: string;
  readonly #server: ChildProcess;
  readonly #children = new Set<ChildProcess>();

  /** A server with the microphone `vmic` and the speaker `vspk`, both at 48 kHz. */
  static async start(): Promise<SoundCard> {
    const card = new SoundCard();
    const until = performance.now() + STARTING_MS;
    for (;;) {
      try {
        card.pactl("info");
        return card;
      } catch (error) {
        if (performance.now() > until) {
          await card.stop();
          throw error;
        }
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    }
  }

  private constructor() {
    // Below 108 bytes with all that is added: a Unix socket's path is short.
    const folder = mkdtempSync(join(tmpdir(), "smartpbx-snd-"));
    this.#folder = folder;
    for (const part of ["run", "config"]) mkdirSync(join(folder, part), { mode: 0o700 });
    const run = join(folder, "run");
    this.env = {
      PULSE_SERVER: `unix:${run}/native`,
      PULSE_RUNTIME_PATH: run,
      PULSE_STATE_PATH: run,
      XDG_RUNTIME_DIR: run,
      XDG_CONFIG_HOME: join(folder, "config"),
      HOME: folder,
    };
    // `norewinds`: without it a sink without a clock of its own plays in blocks of two seconds.
    writeFileSync(
      join(folder, "card.pa"),
      [
        ".fail",
        `load-module module-native-protocol-unix auth-anonymous=1 socket=${run}/native`,
        "load-module module-null-sink norewinds=1 sink_name=vmic_sink rate=48000 channels=1",
        "load-module module-null-sink norewinds=1 sink_name=vspk rate=48000 channels=2",
        "load-module module-remap-source source_name=vmic master=vmic_sink.monitor channels=1",
        "set-default-sink vspk",
        "set-default-source vmic",
        "",
      ].join("\n"),
    );
    const options = ["--daemonize=no", "--exit-idle-time=-1", "--use-pid-file=no", "--disable-shm=yes"];
    this.#server = spawn(
      "pulseaudio",
      ["-n", "-F", join(folder, "card.pa"), ...options, "--realtime=no", "--high-priority=no"],
      { env: { ...process.env, ...this.env }, stdio: "ignore" },
    );
    this.#server.once("error", () => {});
  }

  pactl(...args: string[]): string {
    const env = { ...process.env, ...this.env, LC_ALL: "C" };
    return execFileSync("pactl", args, {
      env,
      encoding: "utf8",
      timeout: 5000,
      stdio: ["ignore", "pipe", "pipe"],
    });
  }

  /** Speaks a WAV file into the microphone. Resolves when it is over. */
  speak(wav: string): Promise<void> {
    return this.#run("paplay", ["--device=vmic_sink", wav]).over;
  }

  /** Records what comes out of the speaker, until it is stopped. */
  listen(): Promise<Recorder> {
    return this.#record("vspk.monitor");
  }

  /** Records what goes into the microphone. */
  listenAtMicrophone(): Promise<Recorder> {
    return this.#record("vmic_sink.monitor");
  }

  /** The ids of the processes that record or play here, other than this harness's own. */
  users(): number[] {
    const own = new Set([...this.#children].map(({ pid }) => pid));
    const lists = this.pactl("list", "source-outputs") + this.pactl("list", "sink-inputs");
    const ids = [...lists.matchAll(/application\.process\.id = "(\d+)"/g)].map(([, id]) => Number(id));
    return ids.filter((id) => !own.has(id));
  }

  /** Pulls the plug of everything: no sink and no source is left. */
  unplug(): void {
    const modules = this.pactl("list", "short", "modules").split("\n");
    for (const line of modules) {
      const [index, name] = line.split("\t");
      if (name === "module-null-sink" || name === "module-remap-source") {
        try {
          this.pactl("unload-module", index!);
        } catch {
          // A source goes with the sink it was made of.
        }
      }
    }
  }

  async stop(): Promise<void> {
    for (const child of [...this.#children, this.#server]) child.kill("SIGKILL");
    if (this.#server.exitCode === null && this.#server.signalCode === null && this.#server.pid !== undefined)
      await new Promise((resolve) => this.#server.once("close", resolve));
    rmSync(this.#folder, { recursive: true, force: true });
  }

  async #record(source: string): Promise<Recorder> {
    const format = ["--raw", "--format=s16le", `--rate=${CARD_HZ}`, "--channels=1", "--latency-msec=20"];
    const { child, over } = this.#run("parec", [`--device=${source}`, ...format], "pipe");
    const chunks: Buffer[] = [];
    let bytes = 0;
    // The earliest that fits all chunks: each comes when it is complete, or later.
    let startedAt = Number.POSITIVE_INFINITY;
    child.stdout?.on("data", (chunk: Buffer) => {
      chunks.push(chunk);
      bytes += chunk.length;
      startedAt = Math.min(startedAt, performance.now() - (bytes / 2 / CARD_HZ) * 1000);
    });
    // What is played before the recorder is there is not recorded.
    for (let tries = 0; bytes === 0; tries++) {
      if (tries > 250) throw new Error(`nothing records ${source}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    return {
      stop: async () => {
        child.kill("SIGINT");
        await over;
        return { samples: pcmSamples(Buffer.concat(chunks)), startedAt };
      },
    };
  }

  #run(
    program: string,
    args: string[],
    stdout: "ignore" | "pipe" = "ignore",
  ): { child: ChildProcess; over: Promise<void> } {
    const child = spawn(program, args, {
      env: { ...process.env, ...this.env },
      stdio: ["ignore", stdout, "ignore"],
    });
    this.#children.add(child);
    const over = new Promise<void>((resolve, reject) => {
      child.once("error", reject);
      child.once("close", () => {
        this.#children.delete(child);
        resolve();
      });
    });
    return { child, over };
  }
}
