/** A real Chromium, headless, whose microphone is a WAV file, and which keeps what its speaker plays. */
import { existsSync } from "node:fs";
import { type BrowserContext, chromium, type Page } from "playwright-core";
import { afterAll } from "vitest";
import { folder } from "./bridge.js";

export const CHROMIUM = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find(
  (path) => existsSync(path),
);

const FLAGS = [
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--use-fake-device-for-media-stream",
];

export interface BrowserOptions {
  /** A WAV file that the microphone hears, once, from when it is opened. Without one, a beep every second. */
  readonly microphone?: string;
  /** Nobody allows the microphone. */
  readonly refuses?: boolean;
  readonly context?: Parameters<typeof chromium.launchPersistentContext>[1];
}

const open = new Set<BrowserContext>();

afterAll(async () => {
  await Promise.all([...open].map((context) => context.close()));
});

export async function browse({
  microphone,
  refuses,
  context: more,
}: BrowserOptions = {}): Promise<BrowserContext> {
  const context = await chromium.launchPersistentContext(folder(), {
    executablePath: CHROMIUM,
    headless: true,
    chromiumSandbox: false,
    args: [
      ...FLAGS,
      ...(refuses ? ["--deny-permission-prompts"] : ["--use-fake-ui-for-media-stream"]),
      ...(microphone ? [`--use-file-for-fake-audio-capture=${microphone}%noloop`] : []),
    ],
    ...(refuses ? {} : { permissions: ["microphone"] }),
    ...more,
  });
  open.add(context);
  context.on("close", () => open.delete(context));
  await context.addInitScript(tapSound);
  return context;
}

/** A page, and everything that its console complains of. */
export async function openPage(
  context: BrowserContext,
  url: string,
): Promise<{ page: Page; errors: string[] }> {
  const page = await context.newPage();
  const errors: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "error") errors.push(message.text());
  });
  page.on("pageerror", (error) => errors.push(String(error)));
  await page.goto(url);
  return { page, errors };
}

/** What the page's microphone and speaker have had since the call began, at 48 kHz, in step with each other. */
export async function soundOf(page: Page): Promise<{ said: Int16Array; heard: Int16Array }> {
  const samples = async (which: "said" | "heard") => {
    const bytes = Buffer.from(String(await page.evaluate(`window.tapped("${which}")`)), "base64");
    return new Int16Array(new Uint8Array(bytes).buffer);
  };
  return { said: await samples("said"), heard: await samples("heard") };
}

/** Waits until the page's speaker has played for so long. */
export async function heardFor(page: Page, ms: number): Promise<void> {
  // Asked for anew each time: a predicate that runs in the page would need what its policy forbids.
  while (Number(await page.evaluate("window.tappedMs()")) < ms) await page.waitForTimeout(200);
}

/** Runs in the page, before its own scripts: what comes from a microphone or goes to a speaker is written down too. */
function tapSound(): void {
  type Samples = { getChannelData(channel: number): Float32Array };
  type Tap = { onaudioprocess: (event: { inputBuffer: Samples }) => void };
  type Node = {
    context: {
      destination: unknown;
      createScriptProcessor(size: number, inputs: number, outputs: number): Tap;
    };
  };
  // biome-ignore lint/suspicious/noExplicitAny: these tests are compiled without a browser's types.
  const page = globalThis as unknown as Record<string, any>;
  // Long, because it waits for the page's main thread, and what that is late for is lost.
  const BLOCK = 16_384;
  const { connect } = page.AudioNode.prototype;
  const blocks: Record<string, Int16Array[]> = { said: [], heard: [] };
  const tap = (which: "said" | "heard", node: Node) => {
    const written: Int16Array[] = [];
    blocks[which] = written;
    const tap = node.context.createScriptProcessor(BLOCK, 1, 1);
    tap.onaudioprocess = ({ inputBuffer }) => {
      written.push(Int16Array.from(inputBuffer.getChannelData(0), (sample) => Math.round(sample * 32767)));
    };
    connect.call(node, tap);
    connect.call(tap, node.context.destination);
  };
  page.AudioNode.prototype.connect = function (this: Node, ...to: unknown[]) {
    if (to[0] instanceof page.AudioDestinationNode) tap("heard", this);
    if (this instanceof page.MediaStreamAudioSourceNode) tap("said", this as Node);
    return connect.apply(this, to);
  };
  page.tappedMs = () => ((blocks.heard?.length ?? 0) * BLOCK) / 48;
  page.tapped = (which: string) => {
    let text = "";
    for (const block of blocks[which]!)
      for (const sample of block) text += String.fromCharCode(sample & 255, (sample >> 8) & 255);
    return page.btoa(text);
  };
}
