import { failed, passed, type Check } from '../check.ts';

/** Everything that the container's headers promise is in the file. */
export const containerComplete: Check = {
  id: 'container-complete',
  title: 'Container completeness',
  failure: 'The dump is not complete.',
  gravity: 94,
  remedy: 'copy-again',
  cost: 'headers',
  run({ image }) {
    const findings = image.findings.filter((finding) => finding.id.startsWith('container-complete/'));
    const errors = findings.filter((finding) => finding.severity === 'error');
    const [first] = errors;
    if (first !== undefined) {
      return failed(first.detail, {
        findings,
        ranges: errors.flatMap((finding) => finding.where ?? []),
        ...(first.recorded === undefined ? {} : { recorded: first.recorded }),
        ...(first.computed === undefined ? {} : { computed: first.computed }),
      });
    }
    const { length } = image.segments;
    const what = length === 0 ? 'everything that its headers describe lies' : `all headers and ${length} memory ${length === 1 ? 'segment' : 'segments'} lie`;
    return passed(`${what} within the file`, { findings });
  },
};
