/**
 * A PDF that says nothing of when it was printed: the same page gives the same bytes. What printers of Chromium's line write of the moment, and of
 * the process that printed, is in plain text; it is replaced by as many characters, so that every offset of the file stays true.
 */
const fixedDate = "D:19700101000000+00'00'";
const dates = /\/(?:CreationDate|ModDate) \((D:\d{14}(?:Z|[+-]\d{2}'\d{2}'))\)/g;
const identities = /\/ID \[\s*<([0-9A-Fa-f]*)>\s*<([0-9A-Fa-f]*)>\s*\]/g;
/** Elements of the tagged structure are named by numbers of the page's nodes, which begin anywhere; a tree of names has them in order. */
const nodes = /\(node(\d{8})\)/g;

function renumbered(text: string): string {
  const known = [...new Set([...text.matchAll(nodes)].map(([, number = '']) => number))].sort();
  const ranks = new Map(known.map((number, rank) => [number, String(rank + 1).padStart(8, '0')]));
  return text.replaceAll(nodes, (_, number: string) => `(node${ranks.get(number) ?? number})`);
}

export function fixedPdf(pdf: Uint8Array): Uint8Array {
  const zeros = (whole: string): string => whole.replaceAll(/<[0-9A-Fa-f]*>/g, (digits) => `<${'0'.repeat(digits.length - 2)}>`);
  const undated = Buffer.from(pdf)
    .toString('latin1')
    .replaceAll(dates, (whole, date: string) => whole.replace(date, fixedDate.slice(0, date.length)))
    .replaceAll(identities, zeros);
  return Buffer.from(renumbered(undated), 'latin1');
}
