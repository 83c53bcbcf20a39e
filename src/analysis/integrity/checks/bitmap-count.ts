/** Bitmaps and page descriptors of a kdump-compressed dump say the same (kdump-compressed.md section 11). */
import type { Step } from '../../../shared/check-model.ts';
import type { Finding } from '../../../shared/model.ts';
import { paced } from '../../jobs/steps.ts';
import { failed, notApplicable, passed, type Check } from '../check.ts';

const descriptorBytes = 24;

export const bitmapCount: Check = {
  id: 'bitmap-count',
  title: 'Page bitmaps and page descriptors',
  failure: 'The page bitmaps contradict the header.',
  gravity: 76,
  cost: 'scan',
  inapplicable: (image) => (image.bitmaps === undefined ? 'only kdump-compressed dumps have bitmaps' : undefined),
  async run({ image, signal }) {
    if (image.bitmaps === undefined) return notApplicable('only kdump-compressed dumps have bitmaps');
    const { outside, parts } = await paced(image.bitmaps(), signal);
    const findings: Finding[] = [];
    const steps: Step[] = [
      { check: 'bitmap 2 within bitmap 1', passed: outside === 0, detail: outside === 0 ? 'every stored page exists' : `${outside} stored pages do not exist` },
    ];
    if (outside > 0)
      findings.push({
        id: 'bitmap-count/outside',
        severity: 'error',
        title: 'Pages are stored that do not exist',
        detail: `${outside} pages are in bitmap 2, but not in bitmap 1`,
      });
    for (const part of parts) {
      const end = part.descriptors + part.pages * descriptorBytes;
      // Data never begin before the last descriptor's end. They may begin later: only descriptors in between would be too many.
      const room = part.firstData === undefined ? undefined : Math.floor((part.firstData - part.descriptors) / descriptorBytes);
      const described = room === undefined ? undefined : Math.min(room, part.pages + part.surplus);
      const right = described === undefined ? part.pages === 0 : described === part.pages;
      steps.push({ check: part.name, passed: right, detail: `${part.pages} pages in bitmap 2, data starting at 0x${(part.firstData ?? end).toString(16)}` });
      if (right) continue;
      findings.push({
        id: 'bitmap-count/descriptors',
        severity: 'error',
        title: 'The page bitmap and the page descriptors do not match',
        detail:
          described === undefined
            ? `${part.name}: bitmap 2 announces ${part.pages} pages, but no descriptor points to data`
            : `${part.name}: bitmap 2 announces ${part.pages} pages, whose descriptors would end at 0x${end.toString(16)}; ${part.surplus > 0 ? `${part.surplus === 1 ? 'a descriptor follows' : `${part.surplus} descriptors follow`} there` : `the data begin at 0x${(part.firstData ?? 0).toString(16)}`}`,
        recorded: String(part.pages),
        ...(described === undefined ? {} : { computed: String(described) }),
      });
    }
    const [first] = findings;
    if (first !== undefined) return failed(first.detail, { findings, steps });
    const pages = parts.reduce((sum, part) => sum + part.pages, 0);
    return pages === 0 ? notApplicable('bitmap 2 announces no pages') : passed(`${pages} pages`, { steps });
  },
};
