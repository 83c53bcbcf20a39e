/** Digests are long: where there is little room their first digits tell them apart. */
export const shortDigests = (text: string): string => text.replaceAll(/\b([0-9a-f]{8})[0-9a-f]{24,}\b/g, '$1…');
