/** Text of a section without differences: a section that only one of the dumps has is not equal. */
import type { CompareRemark, DifferenceSection } from '../../../shared/compare-model.ts';
import { sectionTitles } from './section-titles.ts';

export function nothingDiffers(section: DifferenceSection, remarks: readonly CompareRemark[]): string {
  const own = remarks.filter((remark) => remark.section === section).map(({ text }) => text);
  return own.length === 0 ? `${sectionTitles[section]}: nothing differs.` : `${sectionTitles[section]} cannot be compared: ${own.join('; ')}.`;
}
