/** Rules over lines of /proc/meminfo: what is left, and what takes most of it. */
import { isFailure } from '../../../../shared/result.ts';
import { byteText } from '../../../../shared/units.ts';
import type { Problem, ProblemRule } from '../problem-rule.ts';
import { firstFailure, type ProblemFacts } from '../problem-facts.ts';

interface Share {
  readonly id: string;
  readonly title: string;
  /** Lines whose sum is held against another one. */
  readonly lines: readonly string[];
  readonly of: string;
  /** It warns above this share, or below it. */
  readonly warns: 'above' | 'below';
  readonly percent: number;
  readonly severity: Problem['severity'];
  readonly text: (sum: number, whole: number) => string;
}

const percentOf = (part: number, whole: number): string => `${Math.round((part / whole) * 100)} %`;

function shareRule({ id, title, lines, of, warns, percent, severity, text }: Share): ProblemRule {
  const sumText = lines.join(' + ');
  return {
    id,
    title,
    threshold: `${sumText} ${warns} ${percent} % of ${of}`,
    source: 'memory',
    see: 'memory-usage',
    *look(facts: ProblemFacts) {
      const whole = facts.line(of, of === 'MemTotal' ? 'positive' : 'any');
      const parts = lines.map((name) => facts.line(name));
      // Counters that are lost read as 0; a system that runs always has free pages.
      const free = facts.line('MemFree', 'positive');
      const unread = firstFailure(whole, free, ...parts);
      if (unread !== undefined || isFailure(whole)) {
        if (unread !== undefined) yield unread;
        return;
      }
      // No swap space, or nothing available: of that there is no share, and other rules warn of it.
      if (whole.value === 0) return;
      const sum = parts.reduce((total, part) => total + (isFailure(part) ? 0 : part.value), 0);
      const share = (sum / whole.value) * 100;
      if (warns === 'above' ? share <= percent : share >= percent) return;
      yield {
        severity,
        text: text(sum, whole.value),
        value: percentOf(sum, whole.value),
        evidence: `${lines.map((name) => `${name} ${byteText(facts.usage.get(name) ?? 0)}`).join(', ')}; ${of} ${byteText(whole.value)}`,
      };
    },
  };
}

export const availableMemory = shareRule({
  id: 'available-memory',
  title: 'Available memory',
  lines: ['MemAvailable'],
  of: 'MemTotal',
  warns: 'below',
  percent: 5,
  severity: 'error',
  text: (sum, whole) => `${byteText(sum)} of ${byteText(whole)} are available without swapping: ${percentOf(sum, whole)}.`,
});

export const slabMemory = shareRule({
  id: 'slab-memory',
  title: 'Memory of the kernel',
  lines: ['SUnreclaim'],
  of: 'MemTotal',
  warns: 'above',
  percent: 30,
  severity: 'warning',
  text: (sum, whole) => `${percentOf(sum, whole)} of memory is in slab objects that cannot be reclaimed: something may not free what it allocates.`,
});

export const sharedMemory = shareRule({
  id: 'shared-memory',
  title: 'Shared memory and tmpfs',
  lines: ['Shmem'],
  of: 'MemTotal',
  warns: 'above',
  percent: 50,
  severity: 'warning',
  text: (sum, whole) => `${percentOf(sum, whole)} of memory is shared memory or in files of tmpfs, which is freed only when it is deleted or swapped.`,
});

export const dirtyMemory = shareRule({
  id: 'dirty-memory',
  title: 'Dirty memory',
  lines: ['Dirty', 'Writeback'],
  of: 'MemAvailable',
  warns: 'above',
  percent: 20,
  severity: 'warning',
  text: (sum, whole) =>
    `${byteText(sum)} wait to be written, ${percentOf(sum, whole)} of what is available: writers are held up (vm.dirty_ratio is 20 unless it is set).`,
});

export const swapSpace = shareRule({
  id: 'swap-space',
  title: 'Swap space',
  lines: ['SwapFree'],
  of: 'SwapTotal',
  warns: 'below',
  percent: 10,
  severity: 'warning',
  text: (sum, whole) => `${byteText(sum)} of ${byteText(whole)} of swap space are free: ${percentOf(sum, whole)}.`,
});
