/** How a request for a WebSocket is refused: by an answer of HTTP, which is the last of the connection. */
import { STATUS_CODES } from "node:http";
import type { Duplex } from "node:stream";

/** The head of an answer, up to the empty line. @param lines its header fields, each as `Name: value`. */
export function httpAnswer(status: number, lines: readonly string[]): string {
  return `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.map((line) => `${line}\r\n`).join("")}\r\n`;
}

/** An answer that says no more than its status, and the header fields that are given. */
export function refusal(status: number, lines: readonly string[] = []): string {
  return httpAnswer(status, [...lines, "Connection: close", "Content-Length: 0"]);
}

/** Sends the answer and closes the connection. */
export function refuse(socket: Duplex, answer: string): void {
  socket.on("error", () => socket.destroy());
  // Whoever does not close in turn would be kept for ever.
  socket.once("finish", () => socket.destroy());
  socket.end(answer);
}
