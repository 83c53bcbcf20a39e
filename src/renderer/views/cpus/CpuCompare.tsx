/** Registers of several CPUs side by side; differences are marked. */
import { useMemo, useState } from 'react';
import { cpuName, cpuNumber, cpuNumbering } from '../../../shared/cpu-registers.ts';
import type { CpuJson } from '../../../shared/cpu-model.ts';
import type { OpenDump } from '../../state/open-dump.ts';
import { DataTable } from '../../widgets/data-table/DataTable.tsx';
import type { DataColumn } from '../../widgets/data-table/table-parts.ts';
import { Hostile } from '../../widgets/Hostile.tsx';
import { cellText, compareRows, type CompareRow } from './compare-rows.ts';
import { CpuFacts } from './CpuFacts.tsx';
import { registerBlocks, type KnownPlaces } from './register-rows.ts';
import { RegisterValue } from './RegisterValue.tsx';

interface CpuCompareProps {
  readonly dump: OpenDump;
  /** The CPUs that are side by side. */
  readonly columns: readonly CpuJson[];
  /** All CPUs of the dump. */
  readonly cpus: readonly CpuJson[];
  /** What is at the addresses in registers. */
  readonly known: KnownPlaces;
}

type Column = DataColumn<CompareRow>;

const blockColumn: Column = {
  id: 'block',
  title: 'kind',
  width: 16,
  text: ({ block }) => block,
  cell: ({ block, isFirst }, { isAsCame }) => (isFirst || !isAsCame ? <Hostile text={block} title /> : null),
};

const nameColumn: Column = {
  id: 'register',
  title: 'register',
  width: 16,
  text: ({ name }) => name,
  cell: ({ name, differs }) => (
    <span className="dim" data-register={name}>
      {name}
      {differs ? <span className="unseen"> differs</span> : null}
    </span>
  ),
};

function cpuColumn(dump: OpenDump, cpus: readonly CpuJson[], cpu: CpuJson, index: number): Column {
  const numbering = cpuNumbering(cpus);
  const number = cpuNumber(cpu, numbering);
  return {
    id: `cpu${cpu.id}`,
    title: cpuName(cpu, numbering),
    width: 26,
    grow: 1,
    text: ({ cells, isSource }) => (isSource === true ? '' : cellText(cells[index])),
    cell: ({ cells, differs, isSource }) => {
      if (isSource === true)
        return (
          <div className="cpu-compare-facts">
            <CpuFacts dump={dump} cpu={cpu} cpus={cpus} />
          </div>
        );
      const cell = cells[index];
      return (
        <>
          <RegisterValue dump={dump.key} cell={cell} number={number} {...(differs ? { beside: cells.flatMap((other) => other?.value ?? []) } : {})} />
          {cell?.text === undefined ? null : (
            <span className="register-text">
              <Hostile text={cell.text} />
            </span>
          )}
        </>
      );
    },
  };
}

export function CpuCompare({ dump, columns, cpus, known }: CpuCompareProps) {
  const [onlyDifferences, setOnlyDifferences] = useState(false);
  const blocks = useMemo(() => registerBlocks(columns, known, cpuNumbering(cpus)), [columns, known, cpus]);
  const rows = useMemo(() => compareRows(blocks, columns.length, onlyDifferences), [blocks, columns.length, onlyDifferences]);
  const shown = useMemo(() => [blockColumn, nameColumn, ...columns.map((cpu, index) => cpuColumn(dump, cpus, cpu, index))], [dump, cpus, columns]);
  const differing = blocks.reduce((sum, block) => sum + block.rows.filter(({ differs }) => differs).length, 0);
  const total = blocks.reduce((sum, block) => sum + block.rows.length, 0);
  return (
    <section className="cpu-compare" aria-label="CPUs side by side">
      <DataTable
        name="cpu-compare"
        label="Registers"
        testId="cpu-compare"
        columns={shown}
        rows={rows}
        wrap
        isTransient
        filter={{ label: 'Filter registers' }}
        mark={({ differs }) => (differs ? 'differs' : undefined)}
        after={
          <label className="cpu-toggle">
            <input
              type="checkbox"
              checked={onlyDifferences}
              onChange={(event) => setOnlyDifferences(event.currentTarget.checked)}
              data-testid="cpu-differences"
            />{' '}
            Only differences ({differing} of {total})
          </label>
        }
      />
    </section>
  );
}
