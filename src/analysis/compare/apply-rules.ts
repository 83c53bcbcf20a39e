/** Marks the differences that a person chose to overlook; none of them disappears. */
import type { Difference, DifferenceSection } from '../../shared/compare-model.ts';
import { fitsPattern, type IgnorePreset, type IgnoreRules } from '../../shared/ignore-rules.ts';
import type { AddressRange } from '../../shared/units.ts';

/**
 * What the presets mean, as `section.field`. Lowcore fields have the names of Linux arch/s390/include/asm/lowcore.h.
 */
const presetFields: Readonly<Record<IgnorePreset, readonly string[]>> = {
  time: ['cpus.todClock', 'lowcore.last_update_clock', 'lowcore.int_clock', 'lowcore.mcck_clock', 'lowcore.boot_clock', 'vmcoreinfo.CRASHTIME'],
  timers: ['cpus.timer', 'cpus.clockComparator', 'lowcore.*_timer', 'lowcore.cpu_timer_save_area', 'lowcore.clock_comparator', 'lowcore.clock_comp_save_area'],
};

function ruleFor(rules: IgnoreRules | undefined, section: DifferenceSection, field: string): string | undefined {
  const name = `${section}.${field}`;
  return rules?.rules.find((rule) => {
    const patterns = [...(rule.preset === undefined ? [] : presetFields[rule.preset]), ...(rule.fields ?? [])];
    return patterns.some((pattern) => fitsPattern(name, pattern));
  })?.name;
}

export function markIgnored(rules: IgnoreRules | undefined, section: DifferenceSection, differences: readonly Difference[]): Difference[] {
  return differences.map((difference) => {
    const ignoredBy = ruleFor(rules, section, difference.field);
    return ignoredBy === undefined ? difference : { ...difference, ignoredBy };
  });
}

/** All ranges of the rules, absolute addresses of the left dump. */
export function ignoredRanges(rules: IgnoreRules | undefined): AddressRange[] {
  return (rules?.rules ?? []).flatMap((rule) => (rule.ranges ?? []).map(({ start, end }) => ({ start: BigInt(start), end: BigInt(end) })));
}
