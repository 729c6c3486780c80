/** One JSON document, as `--json` prints it: indented by two, with a line feed at its end. */
export function toJson(document: object): string {
  return `${JSON.stringify(document, null, 2)}\n`;
}
