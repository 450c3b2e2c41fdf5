/** The live view of a command: on a terminal where a person sits, and nowhere else. */
import { loadOpus } from "../../audio/opus.js";
import type { BridgeServer } from "../../bridge/server.js";
import type { Observer } from "../../call/events.js";
import { openBrowser } from "../../devices/open-browser.js";
import type { Style } from "../../report/style.js";
import { makeStyle } from "../ui/color.js";
import type { Io } from "../ui/io.js";
import { LiveCalls } from "../ui/live-calls.js";
import { liveSummary } from "../ui/live-summary.js";
import { type LiveCommand, LiveView } from "../ui/live-view.js";
import type { ReportSettings } from "../ui/reporter.js";
import type { Auth } from "./access.js";
import type { PhoneSwitch } from "./phone-switch.js";
import type { RecordingSwitch } from "./recording-switch.js";
import { TestCalls } from "./test-call.js";

export interface ServedLive {
  readonly server: BridgeServer;
  readonly auth: Auth | undefined;
  /** Undefined where the command has no phone. */
  readonly phone: PhoneSwitch | undefined;
}

export class Live {
  /** Where everything else is to be written: above the lines. */
  readonly io: Io;
  /** The settings of the report, which follow the keys. */
  readonly report: ReportSettings;
  readonly #world: Io;
  readonly #style: Style;
  readonly #calls: LiveCalls;
  readonly #view: LiveView;
  #recording: RecordingSwitch | undefined;
  #isServing = false;
  #tests: TestCalls | undefined;

  static async open(settings: ReportSettings, io: Io): Promise<Live> {
    return new Live(settings, io, await makeStyle(io, settings.noColor));
  }

  private constructor(settings: ReportSettings, io: Io, style: Style) {
    this.#world = io;
    this.#style = style;
    this.#calls = new LiveCalls(io.clock, loadOpus);
    const view = new LiveView(io, this.#calls, {
      style,
      showPersonal: settings.showPersonal,
      verbose: settings.verbose,
      // A command that places calls waits for none.
      idle: () => (this.#isServing ? "waiting for calls" : "dialling"),
      stop: () => process.kill(process.pid, "SIGINT"),
      recording: () => this.#recording?.folder,
    });
    this.#view = view;
    this.io = view.io;
    const { json, quiet, noColor, showPersonal } = settings;
    this.report = {
      json,
      quiet,
      noColor,
      showPersonal,
      get verbose() {
        return view.showsWords;
      },
    };
    for (const signal of ["SIGINT", "SIGTERM"] as const) io.signals.on(signal, this.#onStop);
  }

  /** The observer of one call. */
  watch(hangUp: () => void): Observer {
    return this.#calls.watch(hangUp);
  }

  /** Shows the calls of a command that places them. */
  begin(recording: RecordingSwitch): void {
    this.#recording = recording;
    this.#view.begin([recordKey(recording)]);
  }

  /** Shows the calls of a server. */
  beginServing(recording: RecordingSwitch, { server, auth, phone }: ServedLive): void {
    this.#recording = recording;
    this.#isServing = true;
    const tests = new TestCalls(auth, this.#world.clock);
    this.#tests = tests;
    this.#view.begin([
      recordKey(recording),
      {
        key: "c",
        does: () => "call",
        help: () => "place a test call: the sample voice calls this server",
        press: () => {
          this.#view.notice("the sample voice calls");
          return tests.place(server.url).then((wrong) => wrong && `test call: ${wrong}`);
        },
      },
      ...(phone ? [this.#phoneKey(phone, server)] : []),
    ]);
  }

  /** Gives the terminal back. */
  close(): void {
    for (const signal of ["SIGINT", "SIGTERM"] as const) this.#world.signals.off(signal, this.#onStop);
    this.#tests?.end();
    this.#view.close();
  }

  /** What all calls came to. */
  summary(): void {
    this.#world.stdout.write(`\n${liveSummary(this.#calls.totals, this.#style).join("\n")}\n`);
  }

  #phoneKey(phone: PhoneSwitch, server: BridgeServer): LiveCommand {
    return {
      key: "o",
      does: () => "phone",
      help: () => "open a phone in the browser, which calls this server",
      press: async () => {
        await phone.turnOn();
        phone.announce(server);
        const why = await openBrowser(phone.url as string, this.#world.env);
        return why === undefined ? "opened the phone in the browser" : `open the address above: ${why}`;
      },
    };
  }

  /** A test call has nobody who would hang it up. */
  readonly #onStop = (): void => this.#tests?.end();
}

function recordKey(recording: RecordingSwitch): LiveCommand {
  return {
    key: "r",
    does: () => (recording.folder === undefined ? "record" : "stop recording"),
    help: () =>
      recording.folder === undefined
        ? "record the calls that start from now on"
        : "record no calls that start from now on; those that run are recorded to their end",
    press: async () => {
      await recording.toggle();
      const { folder } = recording;
      return folder === undefined
        ? "calls from now on are not recorded"
        : `calls from now on are recorded to ${folder}`;
    },
  };
}
