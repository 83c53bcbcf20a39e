/** JSON that a person can compare line by line: what fits into a line is in one. */
const lineWidth = 180;

/** Registers and such: as many in a line as fit. */
function filled(values: readonly unknown[], indent: string): string {
  const lines: string[] = [];
  for (const text of values.map((value) => JSON.stringify(value))) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + text.length + 2 <= lineWidth) lines[lines.length - 1] = `${last}, ${text}`;
    else lines.push(indent + text);
  }
  return lines.join(',\n');
}

function format(value: unknown, indent: string, prefix: number): string {
  const short = JSON.stringify(value).replaceAll(
    /("(?:[^"\\]|\\.)*")|([:,])/g,
    (_, text: string | undefined, mark: string | undefined) => text ?? `${mark ?? ''} `,
  );
  if (typeof value !== 'object' || value === null || indent.length + prefix + short.length <= lineWidth) return short;
  const inner = `${indent}  `;
  if (Array.isArray(value) && value.every((item) => typeof item !== 'object')) return `[\n${filled(value, inner)}\n${indent}]`;
  const items = Array.isArray(value)
    ? value.map((item) => `${inner}${format(item, inner, 0)}`)
    : Object.entries(value).map(([key, member]) => `${inner}${JSON.stringify(key)}: ${format(member, inner, key.length + 4)}`);
  const [open, close] = Array.isArray(value) ? ['[', ']'] : ['{', '}'];
  return `${open}\n${items.join(',\n')}\n${indent}${close}`;
}

export const compactJson = (value: unknown): string => {
  const members = Object.entries(value as object).map(([key, member]) => `  ${JSON.stringify(key)}: ${format(member, '  ', key.length + 4)}`);
  return `{\n${members.join(',\n')}\n}\n`;
};
