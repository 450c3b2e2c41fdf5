/** Text as bad as it gets, for properties. */
import fc from "fast-check";

/** Any UTF-16 units: control characters, halves of characters, marks that turn the direction of writing. */
const units = fc
  .array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 30 })
  .map((codes) => String.fromCharCode(...codes));
const markup = fc
  .array(
    fc.constantFrom(
      ..."<>&\"'`|\\*_#[]():,%\r\n\t\0\u001b\u0085\u202e\u2066 \ud800\udc00\ufffe\uffff".split(""),
      "]]>",
      "<!--",
      "::error::",
      "%0A",
      "&amp;",
    ),
    { maxLength: 20 },
  )
  .map((parts) => parts.join(""));

export const anyText = fc.oneof(units, markup, fc.string({ unit: "binary" }));
