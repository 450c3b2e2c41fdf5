/** Examines anyone's endpoint as SmartPBX would call it. */
import { dial, shownUrl } from "../../pbx/dial.js";
import { type ExamineEndpoint, fine } from "../checked.js";

export const examineEndpoint: ExamineEndpoint = async ({ url, headers, onChecked, signal }) => {
  const startedAt = performance.now();
  const socket = await dial({ url, headers, signal });
  const tookMs = performance.now() - startedAt;
  socket.on("error", () => {});
  socket.resume();
  socket.close(1000);
  onChecked(fine("connection", "connection", `${shownUrl(url)} opens a WebSocket`), tookMs);
};
