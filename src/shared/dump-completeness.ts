/** Why a container is not called complete: a part of it is missing, or its parts cannot all be true. */
import type { Info } from './model.ts';

type CompletenessFacts = Pick<Info, 'container' | 'findings'>;

const contradictions: ReadonlySet<string> = new Set(['segments/file-overlap', 'segments/copies-differ']);

/** Whether nothing is known to be missing, but segments contradict one another. */
const contradictsItself = ({ container, findings }: CompletenessFacts): boolean =>
  container.complete === false &&
  findings.some(({ id }) => contradictions.has(id)) &&
  !findings.some(({ id, severity }) => id.startsWith('container-complete/') && severity === 'error');

/** What speaks against a container of which nothing is known to be missing, in the place of "incomplete". */
const doubts: Readonly<Record<string, string>> = {
  'container-complete/page-bitmap': 'bitmap and descriptors contradict one another',
  'container-complete/undescribed': 'not all bytes are described',
};

function doubt({ findings }: CompletenessFacts): string | undefined {
  const errors = findings.filter(({ id, severity }) => id.startsWith('container-complete/') && severity === 'error');
  const [first] = errors;
  return errors.every(({ id }) => doubts[id] !== undefined) ? doubts[first?.id ?? ''] : undefined;
}

/** "complete", what is against it, or that it is not known yet. */
export function completenessText(info: CompletenessFacts): string {
  const { complete } = info.container;
  if (complete === undefined) return 'read in part';
  if (complete) return 'complete';
  return contradictsItself(info) ? 'segments contradict one another' : (doubt(info) ?? 'incomplete');
}
