/** Registers of several CPUs side by side; what differs is marked. */
import { useMemo, useState } from 'react';
import { cpuName, cpuNumber, cpuNumbering } from '../../../shared/cpu-registers.ts';
import type { CpuJson } from '../../../shared/cpu-model.ts';
import type { PlaceNames } from '../../../shared/place-names.ts';
import type { OpenDump } from '../../state/open-dump.ts';
import { Hostile } from '../../widgets/Hostile.tsx';
import { CpuFacts } from './CpuFacts.tsx';
import { registerBlocks } from './register-rows.ts';
import { RegisterValue } from './RegisterValue.tsx';

interface CpuCompareProps {
  readonly dump: OpenDump;
  /** Those that stand side by side. */
  readonly columns: readonly CpuJson[];
  /** All of the dump. */
  readonly cpus: readonly CpuJson[];
  /** What the kernel calls the places that registers lead to. */
  readonly names: PlaceNames;
}

export function CpuCompare({ dump, columns, cpus, names }: CpuCompareProps) {
  const [onlyDifferences, setOnlyDifferences] = useState(false);
  const numbering = cpuNumbering(cpus);
  const blocks = useMemo(() => registerBlocks(columns, names), [columns, names]);
  const differing = blocks.reduce((sum, { rows }) => sum + rows.filter(({ differs }) => differs).length, 0);
  const total = blocks.reduce((sum, { rows }) => sum + rows.length, 0);
  return (
    <section className="cpu-compare" aria-label="CPUs side by side" data-testid="cpu-compare">
      <label className="cpu-toggle">
        <input type="checkbox" checked={onlyDifferences} onChange={(event) => setOnlyDifferences(event.currentTarget.checked)} data-testid="cpu-differences" />{' '}
        Only differences ({differing} of {total})
      </label>
      <div className="cpu-compare-scroll" tabIndex={0} role="group" aria-label="Registers">
        <table className="table cpu-compare-table selectable" style={{ minWidth: `${150 + columns.length * 210}px` }}>
          <thead>
            <tr>
              <th className="cpu-compare-name">register</th>
              {columns.map((cpu) => (
                <th key={cpu.id}>
                  <span className="cpu-compare-cpu">{cpuName(cpu, numbering)}</span>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            <tr>
              <td className="dim">source</td>
              {columns.map((cpu) => (
                <td key={cpu.id} className="cpu-compare-facts">
                  <CpuFacts dump={dump} cpu={cpu} cpus={cpus} />
                </td>
              ))}
            </tr>
          </tbody>
          {blocks.map((block) => {
            const rows = onlyDifferences ? block.rows.filter(({ differs }) => differs) : block.rows;
            if (rows.length === 0) return null;
            return (
              <tbody key={block.title}>
                <tr className="cpu-compare-block">
                  <th colSpan={columns.length + 1} scope="rowgroup" className="caption">
                    {block.title}
                  </th>
                </tr>
                {block.isZero ? (
                  <tr>
                    <td className="dim" colSpan={columns.length + 1}>
                      all zero on each
                    </td>
                  </tr>
                ) : (
                  rows.map((row) => (
                    <tr key={row.name} data-register={row.name} className={row.differs ? 'differs' : undefined}>
                      <td className="dim">
                        {row.name}
                        {row.differs ? <span className="unseen"> differs</span> : null}
                      </td>
                      {columns.map((cpu, index) => {
                        const cell = row.cells[index];
                        return (
                          <td key={cpu.id}>
                            <RegisterValue
                              dump={dump.key}
                              cell={cell}
                              number={cpuNumber(cpu, numbering)}
                              {...(row.differs ? { beside: row.cells.flatMap((other) => other?.value ?? []) } : {})}
                            />
                            {cell?.text === undefined ? null : (
                              <span className="register-text">
                                <Hostile text={cell.text} />
                              </span>
                            )}
                          </td>
                        );
                      })}
                    </tr>
                  ))
                )}
              </tbody>
            );
          })}
        </table>
      </div>
    </section>
  );
}
