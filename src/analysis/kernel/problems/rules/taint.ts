/** Flags of the kernel's taint that tell of trouble (tainted_mask, kernel/panic.c). */
import { isFailure } from '../../../../shared/result.ts';
import { hex } from '../../../../shared/units.ts';
import { taintFlags } from '../../facts/taint.ts';
import type { ProblemRule } from '../problem-rule.ts';

/** Others say how the kernel was built, or what was loaded. */
const troubles: ReadonlySet<string> = new Set(['F', 'S', 'R', 'M', 'B', 'D', 'W', 'L']);

export const taint: ProblemRule = {
  id: 'taint',
  title: 'Taint',
  threshold: 'any flag that reports trouble: F, S, R, M, B, D, W, L',
  source: 'memory',
  see: 'log',
  *look({ kernel: { objects } }) {
    const mask = objects.variable('tainted_mask', 'u64');
    const [value, { address }] = [mask.u64(), mask];
    if (isFailure(value)) {
      yield value;
      return;
    }
    const found = taintFlags(value.value).filter(({ letter }) => troubles.has(letter));
    if (found.length === 0) return;
    yield {
      severity: 'warning',
      text: `The kernel is tainted: ${found.map(({ meaning, letter }) => `${meaning} (${letter})`).join('; ')}.`,
      value: found.map(({ letter }) => letter).join(''),
      evidence: `tainted_mask ${hex(value.value)}`,
      ...(isFailure(address) ? {} : { address: address.value }),
    };
  },
};
