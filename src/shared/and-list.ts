/** "a, b and c": the parts of a sentence; those that are undefined are left out. */
export function andList(parts: readonly (string | undefined)[]): string {
  const known = parts.filter((part) => part !== undefined);
  return known.length < 2 ? known.join('') : `${known.slice(0, -1).join(', ')} and ${known.at(-1) ?? ''}`;
}
