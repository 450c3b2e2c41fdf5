/** What an audio worklet sees of the world, as far as ours use it (Web Audio API 1.1); TypeScript does not bring it. */
declare const sampleRate: number;
/** Seconds of sound that were rendered. */
declare const currentTime: number;

declare class AudioWorkletProcessor {
  readonly port: MessagePort;
}

declare function registerProcessor(name: string, processor: new () => AudioWorkletProcessor): void;
