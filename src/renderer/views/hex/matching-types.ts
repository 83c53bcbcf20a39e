/** Names that contain a text, ignoring case: an exact match first, then those that begin with it, shorter ones before longer. */
export function matchingTypes(names: readonly string[], text: string): readonly string[] {
  const part = text
    .trim()
    .replace(/^(struct|union)\s+/, '')
    .toLowerCase();
  if (part === '') return [];
  const rank = (name: string): number => (name === part ? 0 : name.startsWith(part) ? 1 : 2);
  return names
    .map((name) => ({ name, low: name.toLowerCase() }))
    .filter(({ low }) => low.includes(part))
    .toSorted((a, b) => rank(a.low) - rank(b.low) || a.name.length - b.name.length || (a.name < b.name ? -1 : 1))
    .map(({ name }) => name);
}
