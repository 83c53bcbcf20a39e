/** What differs outside the pages, field by field. A field can be added to the ignore rules. */
import { useState } from 'react';
import type { CompareJson, Difference, DifferenceSection } from '../../../shared/compare-model.ts';
import { useStore } from '../../hooks/use-store.ts';
import { nextIndex } from '../../state/difference-steps.ts';
import { useWorkbench } from '../../workbench.ts';
import { explainedText } from '../../widgets/explained.ts';
import { Hostile } from '../../widgets/Hostile.tsx';
import { IconButton } from '../../widgets/IconButton.tsx';
import { DataTable } from '../../widgets/data-table/DataTable.tsx';
import type { DataColumn } from '../../widgets/data-table/table-parts.ts';
import { withField, withoutRuleNamed } from './edit-rules.ts';
import { nothingDiffers } from './nothing-differs.ts';
import { MarkedValue } from './MarkedValue.tsx';
import type { Pair, Side } from './pair.ts';
import { sectionTitles } from './section-titles.ts';
import { changeRules, ruleBook } from './rule-steps.ts';
import { StepButtons } from './StepButtons.tsx';
import { useDifferenceSteps } from './use-difference-steps.ts';

interface FieldDifferencesProps {
  readonly section: DifferenceSection;
  readonly differences: readonly Difference[];
  readonly compared: CompareJson;
  readonly pair: Pair;
}

export function FieldDifferences({ section, differences, compared, pair }: FieldDifferencesProps) {
  const workbench = useWorkbench();
  const { comparisons } = workbench;
  const { owner, settings } = pair;
  const chosen = useStore(comparisons.rules).find(({ name }) => name === settings.rules);
  const [current, setCurrent] = useState<number>();
  // Fields covered by a rule do not count.
  const counted = differences.flatMap(({ ignoredBy }, index) => (ignoredBy === undefined ? [index] : []));
  const place = current === undefined ? -1 : counted.indexOf(current);
  const step = (by: 1 | -1): void => {
    const next = counted[nextIndex(place === -1 ? undefined : place, by, counted.length) ?? -1];
    if (next === undefined) return;
    setCurrent(next);
  };
  useDifferenceSteps(owner.key, step);
  const ignored = differences.length - counted.length;
  const title = sectionTitles[section];
  if (differences.length === 0) return <p className="message compare-nothing">{nothingDiffers(section, compared.remarks ?? [])}</p>;
  const ignore = (field: string): void => {
    const rules = withField(ruleBook(workbench, owner.key), `${section}.${field}`);
    changeRules(workbench, owner.key, `Ignored ${section}.${field}`, rules.name, rules);
  };
  const count = (rule: string): void => {
    if (chosen !== undefined) changeRules(workbench, owner.key, `Removed the rule ${rule}`, chosen.name, withoutRuleNamed(chosen, rule));
  };
  const onCount = chosen === undefined || comparisons.isBuiltIn(chosen.name) ? undefined : count;
  const columns = fieldColumns({ section, pair, onIgnore: ignore, onCount });
  return (
    <div className="compare-fields">
      <DataTable
        name={`compare-${section}`}
        label={`Differences of ${title}`}
        testId="field-differences"
        columns={columns}
        rows={differences}
        noun={['field', 'fields']}
        remark={ignored === 0 ? ' differ' : ` differ, ${ignored} of them ignored`}
        filter={{ label: 'Filter fields' }}
        after={<StepButtons onStep={step} current={place === -1 ? undefined : place} total={counted.length} />}
        wrap
        current={current}
        mark={({ ignoredBy }) => (ignoredBy === undefined ? undefined : 'ignored')}
      />
    </div>
  );
}

interface Shown {
  readonly section: DifferenceSection;
  readonly pair: Pair;
  readonly onIgnore: (field: string) => void;
  /** Undefined if the rules cannot be changed. */
  readonly onCount: ((rule: string) => void) | undefined;
}

/** The name of a side, and whether it is the older. */
function sideTitle({ names }: Pair, side: Side): string {
  const { name, age } = names[side];
  return age === undefined ? name : `${name} · ${age}`;
}

function fieldColumns({ section, pair, onIgnore, onCount }: Shown): readonly DataColumn<Difference>[] {
  const value = (side: Side): DataColumn<Difference> => ({
    id: side,
    title: sideTitle(pair, side),
    width: 20,
    grow: 1,
    text: (difference) => difference[side] ?? 'absent',
    cell: (difference) => (
      <span className="compare-value">
        <Value
          dump={pair[side].key}
          section={section}
          value={difference[side]}
          other={difference[side === 'left' ? 'right' : 'left']}
          bytes={difference.bytes}
        />
      </span>
    ),
  });
  return [
    { id: 'cpu', title: 'CPU', width: 5, kind: 'number', text: ({ cpu }) => (cpu === undefined ? '' : String(cpu)), value: ({ cpu }) => cpu },
    { id: 'field', title: 'field', width: 20, text: ({ field }) => field },
    value('left'),
    value('right'),
    {
      id: 'ignore',
      title: 'ignore',
      width: 12,
      text: ({ ignoredBy }) => (ignoredBy === undefined ? '' : `ignored: ${ignoredBy}`),
      cell: ({ field, ignoredBy }) =>
        ignoredBy === undefined ? (
          <IconButton icon="eye-closed" label={`Ignore ${field}`} onPress={() => onIgnore(field)} />
        ) : (
          <IgnoredBy rule={ignoredBy} onCount={onCount} />
        ),
    },
  ];
}

interface ValueProps {
  /** Key of the dump that contains the value. */
  readonly dump: string;
  readonly section: DifferenceSection;
  readonly value: string | undefined;
  readonly other: string | undefined;
  readonly bytes: number | undefined;
}

const addressLike = /^0x[0-9a-f]{4,16}$/;

/** Possible addresses get a card: in regions and os_info as absolute addresses, elsewhere as kernel addresses. */
function Value({ dump, section, value, other, bytes }: ValueProps) {
  if (value === undefined) return <span className="dim">absent</span>;
  const shown = <MarkedValue value={value} other={other} bytes={bytes} />;
  if (!addressLike.test(value)) return shown;
  const space = section === 'regions' || section === 'osinfo' ? 'absolute' : 'virtual';
  return <span {...explainedText(dump, `${space}:${value}`)}>{shown}</span>;
}

interface IgnoredByProps {
  readonly rule: string;
  /** Undefined if the rules cannot be changed. */
  readonly onCount: ((rule: string) => void) | undefined;
}

function IgnoredBy({ rule, onCount }: IgnoredByProps) {
  return (
    <span className="compare-ignored-by">
      <span className="tone-warn">
        ignored: <Hostile text={rule} />
      </span>
      {onCount === undefined ? null : (
        <IconButton icon="eye" label={`Remove the rule ${rule}, so that this difference counts again`} onPress={() => onCount(rule)} />
      )}
    </span>
  );
}
