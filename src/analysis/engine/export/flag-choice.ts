/** The choice of pages by their flags, as the kernel of a session has them. */
import type { FilterLevel } from '../../../shared/export-model.ts';
import { failed, isFailure, type Missing } from '../../../shared/result.ts';
import type { PageChoice } from '../../export/page-choice.ts';
import { paced } from '../../jobs/steps.ts';
import { pageFilter } from '../../kernel/page-filter/page-filter.ts';
import { analysisKernel } from '../kernel/analysis-context.ts';
import type { Session } from '../session/session.ts';

export interface FlagChoice {
  /** Undefined where no level asks for one, or flags cannot be read. */
  readonly choice: PageChoice | undefined;
  readonly missing: readonly Missing[];
}

/** @param filter levels that were asked for @throws Cancelled */
export async function flagChoice(session: Session, filter: readonly FilterLevel[], signal: AbortSignal): Promise<FlagChoice> {
  const byFlags = filter.filter((level) => level !== 'zero');
  if (byFlags.length === 0) return { choice: undefined, missing: [] };
  const { kernel, objects } = await analysisKernel(session, { needs: [], uses: ['symbols', 'types'] }, signal);
  const found = await paced(pageFilter({ objects, memory: kernel.memory, end: session.image.memory.end }, byFlags), signal);
  if (!isFailure(found)) return { choice: found.value, missing: [] };
  const { what, why } = found.missing;
  return {
    choice: undefined,
    missing: [failed(`the filter levels ${byFlags.join(', ')}`, `${what} cannot be read, and their pages are kept: ${why}`).missing],
  };
}
