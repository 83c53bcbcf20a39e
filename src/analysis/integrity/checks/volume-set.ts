import { failed, notApplicable, passed, type Check } from '../check.ts';

/** All files of a set are there, belong to one dump, and follow each other (s390-dump.md section 4, kdump-compressed.md section 8). */
export const volumeSet: Check = {
  id: 'volume-set',
  title: 'Set of volumes',
  failure: 'The set of volumes is not complete.',
  gravity: 85,
  cost: 'headers',
  run({ image }) {
    const { volumes } = image.container;
    if (volumes === undefined) return notApplicable('the dump is one file');
    const findings = image.findings.filter((finding) => finding.id.startsWith('volume-set/'));
    const errors = findings.filter((finding) => finding.severity === 'error');
    const steps = volumes.map((volume) => ({
      check: volume.number === undefined ? 'file' : `number ${volume.number}`,
      passed: true,
      detail: `${volume.bytes} bytes`,
    }));
    const [first] = errors;
    if (first !== undefined) return failed(first.detail, { findings, steps, ranges: errors.flatMap((finding) => finding.where ?? []) });
    return passed(`${volumes.length} ${volumes.length === 1 ? 'file, which is' : 'files, which are'} the whole set`, { findings, steps });
  },
};
