/** Every page or segment that is stored compressed decodes to its size (kdump-compressed.md section 11). */
import type { Finding } from '../../../shared/model.ts';
import { hex, pageSize } from '../../../shared/units.ts';
import { pageStateCodes } from '../../formats/dump-format.ts';
import { createPace } from '../../jobs/pace.ts';
import { memoryParts, storedStretches } from '../stored-stretches.ts';
import { failed, notApplicable, passed, unreadable, type Check, type CheckContext } from '../check.ts';

const blockPages = 256;
const unreadableCode = pageStateCodes.indexOf('unreadable');
const missing = pageStateCodes.indexOf('missing');
/** More are counted, but not listed. */
const maxListed = 20;

/** A page that came to nothing, and whether that is the disk's doing. */
function findingAt({ image }: CheckContext, pfn: number): { readonly finding: Finding; readonly byDisk: boolean } {
  const address = BigInt(pfn) * BigInt(pageSize);
  const [gap] = image.memory.read(address, new Uint8Array(pageSize));
  const finding: Finding = {
    id: 'page-decode/unreadable',
    severity: 'error',
    title: 'A page cannot be read',
    detail: `the page at absolute ${hex(address)}: ${gap?.reason ?? 'its bytes are not in the file'}`,
    where: { space: 'absolute', start: hex(address), end: hex(address + BigInt(pageSize)) },
  };
  return { finding, byDisk: gap?.fault !== undefined };
}

export const pageDecode: Check = {
  id: 'page-decode',
  title: 'Decoding of stored pages',
  failure: 'Some pages cannot be decoded.',
  gravity: 79,
  remedy: 'copy-again',
  cost: 'scan',
  inapplicable: ({ format, container }) =>
    format === 'kdump-compressed' || container.compression !== undefined ? undefined : 'the container stores its memory as it is',
  async run(context) {
    const { image, signal } = context;
    const bytes = new Uint8Array(blockPages * pageSize);
    const states = new Uint8Array(blockPages);
    const findings: Finding[] = [];
    const unread: Finding[] = [];
    let pages = 0;
    let wrong = 0;
    let byDisk = 0;
    let lost = 0;
    const pace = createPace(signal);
    const note = (pfn: number): void => {
      if (findings.length >= maxListed && context.faults?.().length === 0) {
        wrong += 1;
        return;
      }
      const one = findingAt(context, pfn);
      if (one.byDisk) byDisk += 1;
      else wrong += 1;
      const list = one.byDisk ? unread : findings;
      if (list.length < maxListed) list.push(one.finding);
    };
    for (const part of memoryParts(image.memory)) {
      let left = part.lost?.storedPages ?? Infinity;
      if (left < Infinity) pages += left;
      for (const { first, count, stored } of storedStretches(part.extents, blockPages)) {
        await pace.breathe(() => undefined);
        // None of them can be read: what is not listed is counted at once.
        if (part.lost !== undefined && findings.length >= maxListed) break;
        const found = states.subarray(0, count);
        image.memory.readPages(first, bytes.subarray(0, count * pageSize), found);
        for (const { start, end } of stored) {
          if (part.lost === undefined) pages += end - start;
          else left -= end - start;
          for (let pfn = start; pfn < end; pfn += 1) {
            if (found[pfn - first] === missing) lost += 1;
            if (found[pfn - first] === unreadableCode) note(pfn);
          }
        }
      }
      if (part.lost !== undefined) wrong += left;
    }
    const [one] = findings;
    const decoded = `${pages - wrong - byDisk - lost} of ${pages} stored pages`;
    const all = { findings: [...findings, ...unread] };
    if (one !== undefined) return failed(`${decoded} can be read; ${one.detail}`, { ...all, ranges: findings.flatMap((finding) => finding.where ?? []) });
    const [first] = unread;
    if (first !== undefined)
      return { ...unreadable(`${decoded} can be read; ${first.detail}`), ...all, ranges: unread.flatMap((finding) => finding.where ?? []) };
    if (pages === 0) return notApplicable('the dump stores no pages');
    return passed(
      lost === 0
        ? `all ${pages} stored pages`
        : `${decoded} can be read, ${lost} ${lost === 1 ? 'was' : 'were'} lost when the dump ran out of space, as its header says`,
    );
  },
};
