/** The answer to the PBX's webhook: an SbxML document that sends the call to a media stream. */

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&apos;",
};

/** @param streamUrl the `wss:` or `ws:` URL of the media socket. The text is the vendor's own. */
export function sbxml(streamUrl: string): string {
  const url = streamUrl.replace(/[&<>"']/g, (character) => ENTITIES[character]);
  return `<?xml version="1.0" encoding="UTF-8"?><Response><Connect><Stream url="${url}" /></Connect></Response>`;
}
