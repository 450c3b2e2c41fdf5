/** `--upload` of `serve` and `record`: recordings leave for a bucket as calls end, and have a little time at the end. */
import type { Bucket } from "../../config/bucket.js";
import { count } from "../../report/numbers.js";
import type { Reporter } from "../../report/reporter.js";
import type { Io } from "../ui/io.js";

export interface UploadSettings {
  readonly upload: Bucket;
  readonly uploadEndpoint: string | undefined;
  readonly uploadDelete: boolean;
  readonly idleTimeoutMs: number;
  readonly quiet: boolean;
}

/** What the last recordings have after the last call; docs/deployment.md adds it to the drain. */
const STOPPING_MS = 20_000;
const ABANDONED_MS = 10 * 60_000;

export interface Uploads {
  /** Begins with what earlier processes have left. */
  begin(): void;
  add(folder: string): void;
  /** Resolves when all is there or the time is over; then it is told how much is left for the next start. */
  close(): Promise<void>;
}

/**
 * Loads what uploads, which nobody waits for who uploads nothing.
 * @throws BridgeError `missing-package`, `bad-config`
 */
export async function openUploads(
  { upload, uploadEndpoint: endpoint, uploadDelete: deletes, idleTimeoutMs, quiet }: UploadSettings,
  directory: string,
  reporter: Pick<Reporter, "warning" | "step">,
  { env, clock, stderr }: Io,
): Promise<Uploads> {
  const [{ openS3 }, { Uploader }] = await Promise.all([
    import("../../upload/s3-store.js"),
    import("../../upload/uploader.js"),
  ]);
  const store = await openS3({ ...upload, endpoint, env, clock });
  let uploader: InstanceType<typeof Uploader> | undefined;
  return {
    begin() {
      uploader = new Uploader({
        directory,
        store,
        deletes,
        // A call that is quiet for longer than this is ended.
        abandonedMs: Math.max(ABANDONED_MS, 2 * idleTimeoutMs),
        clock,
        onWarning: (code, message) => reporter.warning(code, message),
        onUploaded: (folder, to) => {
          if (!quiet) reporter.step("uploaded", { folder, to }, `Uploaded ${to}`);
        },
      });
    },
    add: (folder) => uploader?.add(folder),
    async close() {
      const waiting = uploader?.waiting ?? 0;
      if (waiting > 0)
        stderr.write(
          `Uploading ${count(waiting, "recording")}, at most ${STOPPING_MS / 1000} s. ^C leaves the rest for the next start.\n`,
        );
      const left = (await uploader?.close(STOPPING_MS)) ?? 0;
      if (left === 0) return;
      const what = `${count(left, "recording")} not uploaded`;
      reporter.warning("upload-incomplete", `${what}: left in ${directory} for the next start`);
    },
  };
}
