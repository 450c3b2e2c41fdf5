/** Loaded into a process before all else: its wall clock jumps when SIGUSR2 comes, as one that a person or a time server sets. */
const RealDate = Date;
let offsetMs = 0;

class JumpingDate extends RealDate {
  constructor(...parts) {
    if (parts.length === 0) super(RealDate.now() + offsetMs);
    else super(...parts);
  }

  static now() {
    return RealDate.now() + offsetMs;
  }
}

globalThis.Date = JumpingDate;
process.on("SIGUSR2", () => {
  offsetMs = Number(process.env.CLOCK_JUMP_MS);
  process.stderr.write("the clock was set\n");
});
