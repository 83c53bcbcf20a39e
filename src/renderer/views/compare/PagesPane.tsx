/** Memory of two dumps: counts, overview strip, both hex grids, the list of differences, counts by region. */
import { useState } from 'react';
import type { CompareJson, CompareRemark } from '../../../shared/compare-model.ts';
import type { PairRange } from '../../../shared/compare-protocol.ts';
import { pageSize } from '../../../shared/units.ts';
import { handleOf, memoryEnd } from '../../state/open-dump.ts';
import { useStore } from '../../hooks/use-store.ts';
import { useWorkbench } from '../../workbench.ts';
import { countText, paddedHex } from '../../words/numbers.ts';
import { Hostile } from '../../widgets/Hostile.tsx';
import { SplitPane } from '../../widgets/splitter/SplitPane.tsx';
import { DifferenceList } from './DifferenceList.tsx';
import { DifferenceStrip } from './DifferenceStrip.tsx';
import { withoutRuleNamed, withRange } from './edit-rules.ts';
import { HexPanes } from './HexPanes.tsx';
import { onlyWords, type Pair } from './pair.ts';
import { RegionCountsTable } from './RegionCountsTable.tsx';
import { changeRules, ruleBook, ruleOver } from './rule-steps.ts';
import { StepButtons } from './StepButtons.tsx';
import { useDifferenceSteps } from './use-difference-steps.ts';
import { useDifferences } from './use-differences.ts';
import type { CompareRequest } from './use-comparison.ts';

interface PagesPaneProps {
  readonly pair: Pair;
  readonly request: CompareRequest;
  readonly compared: CompareJson;
}

const pageBytes = BigInt(pageSize);
/** Ranges requested at a time to find the next one that counts. */
const stepPart = 256;

export function PagesPane({ pair, request, compared }: PagesPaneProps) {
  const { owner, left, right } = pair;
  const workbench = useWorkbench();
  const { engine, places, comparisons, tell } = workbench;
  const position = useStore(places.cursors)[left.key];
  const address = position?.space === 'absolute' ? position.address : 0n;
  const differences = useDifferences(request);
  const [current, setCurrent] = useState<number>();
  const [differing, setDiffering] = useState<number>();
  const shift = BigInt(request.shift);
  const ends = [memoryEnd(left), memoryEnd(right) - shift, differences.end ?? 0n];
  const end = ends.reduce((most, one) => (one > most ? one : most), 0n);

  const moveTo = (to: bigint): void => places.moveCursor(left.key, { space: 'absolute', address: to < 0n ? 0n : to, length: 1 });
  /** The first differing byte of a range: the range itself begins at a page. */
  const firstByte = async (range: PairRange): Promise<bigint> => {
    const [dump, other] = [handleOf(left), handleOf(right)];
    if (range.kind !== 'changed' || dump === undefined || other === undefined || range.start < 0n) return range.start;
    const read = (handle: string, at: bigint) => engine.call('read', { dump: handle, space: 'absolute', address: at, length: pageSize });
    const [one, two] = await Promise.all([read(dump, range.start), read(other, range.start + shift)]);
    const at = one.data.findIndex((byte, index) => byte !== two.data[index]);
    return range.start + BigInt(Math.max(0, at));
  };
  const show = (range: PairRange): void => {
    setCurrent(range.index);
    firstByte(range).then(moveTo, (error: unknown) => {
      moveTo(range.start);
      tell(error);
    });
  };
  /** The first range from an index on that no rule covers. */
  const counted = async (index: number, by: 1 | -1, total: number): Promise<PairRange | undefined> => {
    for (let at = index; at >= 0 && at < total; at += by * stepPart) {
      const first = by === 1 ? at : Math.max(0, at - stepPart + 1);
      const most = by === 1 ? stepPart : at - first + 1;
      const { ranges } = await engine.call('compareRanges', { ...request, first, most });
      const counts = ({ kind }: PairRange): boolean => kind !== 'ignored';
      const found = by === 1 ? ranges.find(counts) : ranges.findLast(counts);
      if (found !== undefined) return found;
    }
    return undefined;
  };
  const step = (by: 1 | -1): void => {
    const find = async (): Promise<void> => {
      // The cursor decides, not the place where the last step went.
      const { total, ranges } = await engine.call('compareRanges', { ...request, from: address, most: 1 });
      const [here] = ranges;
      const inside = here !== undefined && here.start <= address;
      const next = here === undefined ? total - 1 : by === 1 ? (inside ? here.index + 1 : here.index) : here.index - 1;
      const index = here === undefined && by === 1 ? total : next;
      const range = await counted(index, by, total);
      if (range !== undefined) show(range);
    };
    find().catch(tell);
  };
  useDifferenceSteps(owner.key, step);
  const ignore = ({ start, end: stop }: PairRange): void => {
    const rules = withRange(ruleBook(workbench, owner.key), { start, end: stop });
    changeRules(workbench, owner.key, `Ignored ${paddedHex(start)} to ${paddedHex(stop)}`, rules.name, rules);
  };
  const chosen = request.rules;
  const count =
    chosen === undefined || comparisons.isBuiltIn(chosen.name)
      ? undefined
      : (rule: string): void => changeRules(workbench, owner.key, `Removed the rule ${rule}`, chosen.name, withoutRuleNamed(chosen, rule));
  const rule = ruleOver(chosen, { start: address, end: address + 1n });
  return (
    <div className="compare-pages">
      <div className="compare-summary" data-testid="compare-summary">
        <Counts pair={pair} compared={compared} />
        <span className="compare-space" />
        <StepButtons onStep={step} current={current} total={differences.total} />
      </div>
      <Remarks remarks={compared.remarks ?? []} />
      <DifferenceStrip pair={pair} request={request} end={end} cursor={address} regions={left.regions ?? []} onPick={(to) => moveTo(to - (to % pageBytes))} />
      <SplitPane name="compare.pages" label="Height of the bytes" stacked share={0.66} least={[140, 90]}>
        <HexPanes
          pair={pair}
          shift={shift}
          end={end}
          address={address}
          onMove={moveTo}
          onDiffering={setDiffering}
          differing={differing}
          ignoredBy={rule?.name}
        />
        <SplitPane name="compare.lists" label="Width of the list of differences" share={0.62} least={[220, 200]} className="compare-below">
          <section aria-label="Differences">
            <DifferenceList pair={pair} differences={differences} current={current} rules={chosen} onShow={show} onIgnore={ignore} onCount={count} />
          </section>
          <section aria-label="By region">
            <RegionCountsTable regions={compared.pages.byRegion} onShow={moveTo} />
          </section>
        </SplitPane>
      </SplitPane>
    </div>
  );
}

function Counts({ pair, compared }: { readonly pair: Pair; readonly compared: CompareJson }) {
  const { pages, method } = compared;
  const shown = [
    [pages.equal, 'equal'],
    [pages.onlyLeft, onlyWords(pair, 'left')],
    [pages.onlyRight, onlyWords(pair, 'right')],
    [pages.moved, 'moved'],
    [pages.ignored, 'ignored'],
    [pages.unreadable, 'unreadable'],
  ] as const;
  return (
    <>
      <span>
        <strong>{countText(pages.changed)}</strong> of {countText(pages.common)} pages differ
        <span className="dim">, {method === 'exact' ? 'byte by byte' : 'by fingerprint'}</span>
      </span>
      {shown.map(([count, word]) =>
        count === undefined ? null : (
          <span key={word} className="dim">
            {countText(count)} {word}
          </span>
        ),
      )}
    </>
  );
}

/** What a reader of the counts has to know about the two dumps. */
function Remarks({ remarks }: { readonly remarks: readonly CompareRemark[] }) {
  // The bar above says which dump is older.
  const said = remarks.filter(({ kind }) => kind !== 'time-order');
  if (said.length === 0) return null;
  return (
    <p className="compare-remarks tone-warn">
      <Hostile text={said.map(({ text }) => text).join(' · ')} title />
    </p>
  );
}
