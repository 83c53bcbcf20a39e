import { damageLanes } from '../../../shared/damage-lanes.ts';
import { damageLanesSvg } from '../../../shared/damage-svg.ts';
import { countText } from '../../../shared/count-text.ts';
import { type Block, mono, paragraph, quoted, table } from '../blocks.ts';
import { severityMark } from '../marks.ts';
import type { ReportModel } from '../report-model.ts';
import { damageText, placeText } from '../report-text.ts';
import type { ReportSection } from './section.ts';

function drawing({ damage, info, regions, cpus }: ReportModel): readonly Block[] {
  const lanes = damageLanes({ damage, fileBytes: info.file.bytes, memoryEnd: BigInt(info.memory.end), regions, cpus });
  if (lanes.length === 0) return [];
  return [
    {
      kind: 'drawing',
      svg: damageLanesSvg(lanes, 'damage'),
      text: 'Each lane is drawn to its own scale: the file, memory, and each structure that is touched.',
    },
  ];
}

export const damageSection: ReportSection = {
  id: 'damage',
  title: 'Damage map',
  about: 'where the file and the memory are damaged, and what lies there',
  byDefault: true,
  content(report) {
    const { damage } = report;
    if (damage.length === 0) return [];
    return [
      paragraph(`${damage.length === 1 ? 'One place is' : `${countText(damage.length)} places are`} damaged or in doubt.`),
      ...drawing(report),
      table(
        [
          ['Severity', 'mark'],
          ['Where', 'mono'],
          ['What lies there', 'text'],
          ['Finding', 'text'],
        ],
        damage.map((entry) => [severityMark(entry.severity), mono(placeText(entry.where)), quoted(damageText(report, entry)), quoted(entry.title)]),
        100,
      ),
    ];
  },
};
