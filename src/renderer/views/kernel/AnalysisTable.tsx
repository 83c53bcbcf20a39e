/** The rows of an analysis, ungrouped or in groups. */
import { useMemo, useState } from 'react';
import type { AnalysisTable as Declaration, RowJson } from '../../../shared/analysis-table.ts';
import { byteText } from '../../../shared/units.ts';
import type { OpenDump } from '../../state/open-dump.ts';
import { countText } from '../../words/numbers.ts';
import { DataTable } from '../../widgets/data-table/DataTable.tsx';
import type { DataColumn } from '../../widgets/data-table/table-parts.ts';
import { Hostile } from '../../widgets/Hostile.tsx';
import { analysisColumns } from './analysis-columns.tsx';
import { columnTitle, grouped, knownColumns, ofGroup, summedColumns, type OneValue, type RowGroup } from './analysis-rows.ts';

interface AnalysisTableProps {
  readonly dump: OpenDump;
  readonly table: Declaration;
  readonly rows: readonly RowJson[];
  /** Follows the count: "so far". */
  readonly remark: string;
  /** Opens the analysis that a row names. */
  readonly onChoose: (id: string) => void;
}

const groupText = ({ text }: RowGroup): string => (text === '' ? 'not known' : text);

export function AnalysisTable({ dump, table, rows, remark, onChoose }: AnalysisTableProps) {
  const [group, setGroup] = useState('');
  const [only, setOnly] = useState<OneValue>();
  const known = useMemo(() => knownColumns(table.columns, rows), [table, rows]);
  const columns = useMemo(() => analysisColumns({ dump: dump.key, table, known, rows, onChoose }), [dump.key, table, known, rows, onChoose]);
  const shown = useMemo(() => ofGroup(known, rows, only), [known, rows, only]);
  const groups = useMemo(() => (group === '' ? [] : grouped(known, shown, group)), [known, shown, group]);
  const chooseGroup = ({ text }: RowGroup): void => {
    setOnly({ column: group, text });
    setGroup('');
  };
  const groupColumns: readonly DataColumn<RowGroup>[] = [
    {
      id: 'group',
      title: columnTitle(group),
      width: 40,
      text: groupText,
      cell: (one) => (
        <button type="button" className="link" onClick={() => chooseGroup(one)}>
          <Hostile text={groupText(one)} />
        </button>
      ),
    },
    { id: 'rows', title: 'rows', width: 12, kind: 'number', text: (one) => countText(one.rows), value: (one) => one.rows },
    ...summedColumns(known).map(({ name }, at): DataColumn<RowGroup> => ({
      id: name,
      title: columnTitle(name),
      width: 16,
      kind: 'number',
      text: ({ sums }) => byteText(sums[at] ?? 0n),
      value: ({ sums }) => sums[at],
    })),
  ];
  const after = (
    <>
      {table.grouping === undefined ? null : (
        <label className="dim">
          group by{' '}
          <select className="select" value={group} onChange={(event) => setGroup(event.currentTarget.value)} data-testid="analysis-group">
            <option value="">nothing</option>
            {table.grouping.map((name) => (
              <option key={name} value={name}>
                {columnTitle(name)}
              </option>
            ))}
          </select>
        </label>
      )}
      {only === undefined ? null : (
        <button type="button" className="button" onClick={() => setOnly(undefined)} title="Show all rows again">
          {columnTitle(only.column)}: <Hostile text={only.text === '' ? 'not known' : only.text} /> ✕
        </button>
      )}
    </>
  );
  const same = { filter: { label: 'Filter rows' }, countTestId: 'analysis-status', after };
  if (group !== '')
    return (
      <DataTable
        {...same}
        name={`${table.id}.groups`}
        label={`${table.title} by ${columnTitle(group)}`}
        testId="analysis-groups"
        columns={groupColumns}
        rows={groups}
        noun={['group', 'groups']}
        onRow={chooseGroup}
      />
    );
  return (
    <DataTable
      {...same}
      name={table.id}
      label={table.title}
      testId="analysis-table"
      columns={columns}
      rows={shown}
      total={rows.length}
      noun={['row', 'rows']}
      remark={remark}
    />
  );
}
