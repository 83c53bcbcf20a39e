/** A value that is asked for and that nothing has: said, so that it does not look like something that was not there. */
import { failed, type Failure } from '../../../shared/result.ts';
import { cpuMasks } from '../cpus/cpu-masks.ts';
import type { AnalysisKernel } from './analysis-kernel.ts';

/** Values that a sentence names at most. */
const mostNamed = 24;

/**
 * @param kind "log", "event"
 * @param known values that were found; where there are none, a failure of its own says so
 */
export function unknownValue(kind: string, wanted: string | number, known: Iterable<string | number>): Failure | undefined {
  const all = [...new Set(known)].sort((left, right) => (typeof left === 'number' && typeof right === 'number' ? left - right : 0));
  if (all.length === 0 || all.includes(wanted)) return undefined;
  // Of a long list those that are meant, if any.
  const close = all.filter((one) => typeof one === 'string' && typeof wanted === 'string' && (one.includes(wanted) || wanted.includes(one)));
  const named = (close.length > 0 && all.length > mostNamed ? close : all).slice(0, mostNamed);
  const more = all.length - named.length;
  return failed(`${kind} ${wanted}`, `no such ${kind} was found; there are ${named.join(', ')}${more > 0 ? `, and ${more} more` : ''}`);
}

/** A CPU of Linux that cannot exist by the kernel's mask of possible CPUs; undefined where the mask is not known. */
export function unknownCpu({ memory, symbols }: AnalysisKernel, wanted: number): Failure | undefined {
  const masks = symbols === undefined ? undefined : cpuMasks(memory, symbols);
  return masks === undefined ? undefined : unknownValue('CPU', wanted, masks.possible);
}
