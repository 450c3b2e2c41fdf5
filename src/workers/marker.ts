/** How a process learns that it is a worker of `serve --workers`, and not a program that one of its tools has started. */

const NAME = "__SMARTPBX_BRIDGE_WORKER";

/** What a worker has in its environment. */
export const WORKER_ENVIRONMENT = { [NAME]: "1" };

const isMarked = process.env[NAME] === "1";
delete process.env[NAME];

export function isWorker(): boolean {
  return isMarked;
}
