/** How the programs that carry sound are installed on this kind of system. */

const BY_DISTRIBUTION: readonly (readonly [RegExp, string])[] = [
  [/\b(debian|ubuntu)\b/, "sudo apt install pulseaudio-utils alsa-utils"],
  [/\b(fedora|rhel|centos)\b/, "sudo dnf install pulseaudio-utils alsa-utils"],
  [/\b(opensuse|suse|sles)\b/, "sudo zypper install pulseaudio-utils alsa-utils"],
  [/\barch\b/, "sudo pacman -S libpulse alsa-utils"],
  [/\balpine\b/, "sudo apk add pulseaudio-utils alsa-utils"],
];

/** @param release the text of /etc/os-release, empty where there is none. */
export function installHint(release: string, platform: string = process.platform): string {
  if (platform === "darwin") return "Install sox: brew install sox";
  if (platform === "win32") return "Install sox: https://sox.sourceforge.net";
  const ids = [...release.matchAll(/^ID(?:_LIKE)?=["']?([^"'\n]*)/gm)].map((match) => match[1]).join(" ");
  const command = BY_DISTRIBUTION.find(([names]) => names.test(ids))?.[1];
  return command
    ? `Install the programs that carry it: ${command}`
    : "Install the programs that carry it: parec and pacat (PulseAudio), or arecord and aplay (alsa-utils)";
}
