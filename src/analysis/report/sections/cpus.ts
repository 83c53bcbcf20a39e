import { cpuName, cpuNumber, cpuNumbering } from '../../../shared/cpu-registers.ts';
import type { CpuJson } from '../../../shared/cpu-model.ts';
import { defined } from '../../../shared/defined.ts';
import { type Block, heading, mono, paragraph, quoted, table, type Text } from '../blocks.ts';
import type { ReportLowcore, ReportModel } from '../report-model.ts';
import type { ReportSection } from './section.ts';

/** Of lowcores, in all. */
const mostFields = 120;

const programCounters = ['rip', 'pc', 'nip'] as const;

/** Where the CPU was. */
const placeOf = ({ psw, registers }: CpuJson): string =>
  psw === undefined ? (programCounters.map((name) => registers?.[name]).find((value) => value !== undefined) ?? '') : `${psw.mask} ${psw.address}`;

const stateOf = ({ psw, meaning, state, withoutRegisters }: CpuJson): string =>
  withoutRegisters?.detail ?? meaning?.wait ?? psw?.decoded.text ?? meaning?.state ?? state ?? '';

function cpuTable({ cpus }: ReportModel): Block {
  const numbering = cpuNumbering(cpus);
  const hasPrefix = cpus.some(({ prefix }) => prefix !== undefined);
  return table(
    [['CPU', 'number'], ['What it did', 'text'], [cpus.some(({ psw }) => psw !== undefined) ? 'PSW' : 'Program counter', 'mono'], ...(hasPrefix ? [['Prefix', 'mono'] as const] : []), ['From', 'text']],
    cpus.map((cpu): Text[] => [String(cpuNumber(cpu, numbering)), quoted(stateOf(cpu)), mono(placeOf(cpu)), ...(hasPrefix ? [mono(cpu.prefix ?? '')] : []), quoted(cpu.source)]),
    64,
  ); // prettier-ignore
}

const isZero = ({ value }: ReportLowcore['fields'][number]): boolean => value === 0 || value === '0x0';

/** Old PSWs and codes: how each CPU was last interrupted. */
function lowcoreBlocks(lowcores: readonly ReportLowcore[], { cpus }: ReportModel): readonly Block[] {
  if (lowcores.length === 0) return [];
  const numbering = cpuNumbering(cpus);
  const rows = lowcores.flatMap(({ id, linuxCpu, prefix, fields }) =>
    fields
      .filter((field) => !isZero(field))
      .map((field, at): Text[] => [
        at > 0 || id === undefined ? '' : cpuName({ id, ...defined({ linuxCpu }) }, numbering),
        at > 0 ? '' : mono(prefix),
        mono(field.name),
        field.text === undefined ? mono(String(field.value)) : quoted(field.text),
      ]),
  );
  const layouts = [...new Set(lowcores.map(({ layout }) => layout.name))].join(', ');
  return [
    heading('How the CPUs were last interrupted'),
    paragraph(['From their lowcores, by the layout of Linux ', quoted(layouts), '. Fields of zero are left out.']),
    table(
      [
        ['Lowcore of', 'text'],
        ['At', 'mono'],
        ['Field', 'mono'],
        ['What it says', 'text'],
      ],
      rows,
      mostFields,
    ),
  ];
}

export const cpusSection: ReportSection = {
  id: 'cpus',
  title: 'CPUs',
  about: 'what each CPU did, and how it was last interrupted',
  byDefault: true,
  parts: ['lowcores'],
  content(report) {
    const { cpus, lowcores = [] } = report;
    if (cpus.length === 0) return [paragraph('The dump holds no CPU state.')];
    return [cpuTable(report), ...lowcoreBlocks(lowcores, report)];
  },
};
