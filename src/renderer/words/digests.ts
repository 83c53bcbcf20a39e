/** Digests are long: where space is limited, their first digits distinguish them. */
export const shortDigests = (text: string): string => text.replaceAll(/\b([0-9a-f]{8})[0-9a-f]{24,}\b/g, '$1…');
