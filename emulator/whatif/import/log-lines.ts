const escapeCharacter = String.fromCharCode(27);
const colours = new RegExp(`${escapeCharacter}\\[[0-9;]*m`, 'g');
/** `<6>`, a syslog's date and host, `kern  :info  :`, and the time, each of which may be missing. */
const prefix =
  /^(?:<\d+>)?(?:.*?\bkernel:\s)?(?:\w+\s*:\s*\w+\s*:\s)?(?:\[\s*\d+\.\d+(?:@\d+)?\](?:\[\s*[TC]\d+\])?\s?)?/;

/**
 * The messages of a kernel log, whoever wrote it down: `dmesg` with or without levels and times, `journalctl -k`, a
 * syslog or a serial console.
 */
export function logLines(text: string): readonly string[] {
  return text.split(/\r?\n/).map((line) => line.replaceAll(colours, '').replace(prefix, ''));
}
