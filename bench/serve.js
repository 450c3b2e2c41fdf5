/** `serve` as users run it, with the address told to the bench. Arguments: the flags of `serve`. */
import { main } from "../dist/cli/main.js";

const write = process.stdout.write.bind(process.stdout);
process.stdout.write = (text, ...rest) => {
  const line = String(text)
    .split("\n")
    .find((part) => part.includes('"listening"'));
  if (line) process.send({ url: JSON.parse(line).url });
  return write(text, ...rest);
};
main([
  "node",
  "smartpbx-bridge",
  "serve",
  "--json",
  "--port",
  "0",
  "--max-calls",
  "1000",
  ...process.argv.slice(2),
]);
