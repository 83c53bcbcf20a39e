/** What differs outside the pages, field by field. A field can be put on the list of what is ignored. */
import { useEffect, useRef, useState } from 'react';
import type { CompareJson, Difference, DifferenceSection } from '../../../shared/compare-model.ts';
import { useStore } from '../../hooks/use-store.ts';
import { nextIndex } from '../../state/difference-steps.ts';
import { useWorkbench } from '../../workbench.ts';
import { explainedText } from '../../widgets/explained.ts';
import { Hostile } from '../../widgets/Hostile.tsx';
import { IconButton } from '../../widgets/IconButton.tsx';
import { plural } from '../../words/numbers.ts';
import { withField, withoutRuleNamed } from './edit-rules.ts';
import { nothingDiffers } from './nothing-differs.ts';
import { MarkedValue } from './MarkedValue.tsx';
import type { Pair } from './pair.ts';
import { SideHead } from './SideHead.tsx';
import { sectionTitles } from './section-titles.ts';
import { changeRules, ruleBook } from './rule-steps.ts';
import { StepButtons } from './StepButtons.tsx';
import { useDifferenceSteps } from './use-difference-steps.ts';

const firstRows = 500;

interface FieldDifferencesProps {
  readonly section: DifferenceSection;
  readonly differences: readonly Difference[];
  readonly compared: CompareJson;
  readonly pair: Pair;
}

export function FieldDifferences({ section, differences, compared, pair }: FieldDifferencesProps) {
  const workbench = useWorkbench();
  const { comparisons } = workbench;
  const { owner, left, right, settings } = pair;
  const chosen = useStore(comparisons.rules).find(({ name }) => name === settings.rules);
  const [limit, setLimit] = useState(firstRows);
  const [current, setCurrent] = useState<number>();
  const body = useRef<HTMLTableSectionElement>(null);
  // What a rule covers does not count.
  const counted = differences.flatMap(({ ignoredBy }, index) => (ignoredBy === undefined ? [index] : []));
  const place = current === undefined ? -1 : counted.indexOf(current);
  const step = (by: 1 | -1): void => {
    const next = counted[nextIndex(place === -1 ? undefined : place, by, counted.length) ?? -1];
    if (next === undefined) return;
    if (next >= limit) setLimit(next + firstRows);
    setCurrent(next);
  };
  useDifferenceSteps(owner.key, step);
  useEffect(() => {
    if (current !== undefined) body.current?.rows[current]?.scrollIntoView({ block: 'nearest' });
  }, [current]);
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
  return (
    <div className="compare-fields">
      <div className="compare-fields-head">
        <p className="dim">
          {plural(differences.length - ignored, 'field')} of {title} {differences.length - ignored === 1 ? 'differs' : 'differ'}
          {ignored === 0 ? '' : `, ${ignored} ignored`}
        </p>
        <StepButtons onStep={step} current={place === -1 ? undefined : place} total={counted.length} />
      </div>
      <table className="table" data-testid="field-differences">
        <thead>
          <tr>
            <th>CPU</th>
            <th>field</th>
            <th>
              <SideHead pair={pair} side="left" />
            </th>
            <th>
              <SideHead pair={pair} side="right" />
            </th>
            <th>
              <span className="unseen">ignore</span>
            </th>
          </tr>
        </thead>
        <tbody ref={body}>
          {differences.slice(0, limit).map((difference, index) => (
            <tr key={index} className={difference.ignoredBy === undefined ? '' : 'dim'} aria-current={index === current ? true : undefined}>
              <td className="number">{difference.cpu}</td>
              <td className="code">
                <Hostile text={difference.field} />
              </td>
              <td className="code compare-value">
                <Value dump={left.key} section={section} value={difference.left} other={difference.right} bytes={difference.bytes} />
              </td>
              <td className="code compare-value">
                <Value dump={right.key} section={section} value={difference.right} other={difference.left} bytes={difference.bytes} />
              </td>
              <td>
                {difference.ignoredBy === undefined ? (
                  <IconButton icon="eye-closed" label={`Ignore ${difference.field}`} onPress={() => ignore(difference.field)} />
                ) : (
                  <IgnoredBy rule={difference.ignoredBy} onCount={chosen === undefined || comparisons.isBuiltIn(chosen.name) ? undefined : count} />
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {differences.length > limit ? (
        <button type="button" className="button" onClick={() => setLimit(limit * 4)}>
          Show more of {plural(differences.length, 'field')}
        </button>
      ) : null}
    </div>
  );
}

interface ValueProps {
  /** Key of the dump that has the value. */
  readonly dump: string;
  readonly section: DifferenceSection;
  readonly value: string | undefined;
  readonly other: string | undefined;
  readonly bytes: number | undefined;
}

const addressLike = /^0x[0-9a-f]{4,16}$/;

/** What may be an address explains itself: of regions and os_info an absolute one, elsewhere one of the kernel. */
function Value({ dump, section, value, other, bytes }: ValueProps) {
  if (value === undefined) return <span className="dim">not there</span>;
  const shown = <MarkedValue value={value} other={other} bytes={bytes} />;
  if (!addressLike.test(value)) return shown;
  const space = section === 'regions' || section === 'osinfo' ? 'absolute' : 'virtual';
  return <span {...explainedText(dump, `${space}:${value}`)}>{shown}</span>;
}

interface IgnoredByProps {
  readonly rule: string;
  /** Undefined where the rules cannot be changed. */
  readonly onCount: ((rule: string) => void) | undefined;
}

function IgnoredBy({ rule, onCount }: IgnoredByProps) {
  return (
    <span className="compare-ignored-by">
      <span className="tone-warn">
        ignored: <Hostile text={rule} />
      </span>
      {onCount === undefined ? null : <IconButton icon="eye" label={`Remove the rule ${rule}: count it again`} onPress={() => onCount(rule)} />}
    </span>
  );
}
