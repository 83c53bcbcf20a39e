/** Why a container is not called complete: a part of it is missing, or its parts cannot all be true. */
import type { Info } from './model.ts';

type CompletenessFacts = Pick<Info, 'container' | 'findings'>;

const contradictions: ReadonlySet<string> = new Set(['segments/file-overlap', 'segments/copies-differ']);

/** Whether nothing is known to be missing, but segments contradict one another. */
const contradictsItself = ({ container, findings }: CompletenessFacts): boolean =>
  !container.complete &&
  findings.some(({ id }) => contradictions.has(id)) &&
  !findings.some(({ id, severity }) => id.startsWith('container-complete/') && severity === 'error');

/** "complete", or what is against it. */
export const completenessText = (info: CompletenessFacts): string =>
  info.container.complete ? 'complete' : contradictsItself(info) ? 'segments contradict one another' : 'incomplete';
