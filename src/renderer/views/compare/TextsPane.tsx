/** Texts of both dumps in a diff editor, with the numbers of added and removed lines: vmcoreinfo, kernel log, command line and versions. */
import { cpuCountText } from '../../../shared/cpu-registers.ts';
import { useMemo, useRef } from 'react';
import type { OpenDump } from '../../state/open-dump.ts';
import { useKept } from '../../hooks/use-kept.ts';
import { useQuery } from '../../hooks/use-query.ts';
import { useWorkbench } from '../../workbench.ts';
import { DiffTextView, type DiffSteps } from '../../widgets/monaco/DiffTextView.tsx';
import { QueryMessage } from '../../widgets/QueryMessage.tsx';
import { lineCounts, type LineCounts } from '../../words/line-difference.ts';
import { countText, plural } from '../../words/numbers.ts';
import { newerSide, type Pair } from './pair.ts';
import { SideHead } from './SideHead.tsx';
import { StepButtons } from './StepButtons.tsx';
import { useDifferenceSteps } from './use-difference-steps.ts';

const texts = ['vmcoreinfo', 'log', 'kernel'] as const;
type Text = (typeof texts)[number];
const readText = (saved: unknown): Text | undefined => texts.find((text) => text === saved);
const titles: Readonly<Record<Text, string>> = { vmcoreinfo: 'VMCOREINFO', log: 'Kernel log', kernel: 'Kernel and command line' };

export function TextsPane({ pair }: { readonly pair: Pair }) {
  const { owner, left, right } = pair;
  const [text, setText] = useKept<Text>('text', readText, 'vmcoreinfo');
  const sides = {
    vmcoreinfo: [useText(left, 'vmcoreinfo'), useText(right, 'vmcoreinfo')],
    log: [useText(left, 'log'), useText(right, 'log')],
    kernel: [useText(left, 'kernel'), useText(right, 'kernel')],
  } as const;
  const newer = newerSide(pair);
  const counts = {
    vmcoreinfo: useCounts(sides.vmcoreinfo[0].value, sides.vmcoreinfo[1].value),
    log: useCounts(sides.log[0].value, sides.log[1].value),
    kernel: useCounts(sides.kernel[0].value, sides.kernel[1].value),
  };
  const steps = useRef<DiffSteps>(undefined);
  const step = (by: 1 | -1): void => steps.current?.(by);
  useDifferenceSteps(owner.key, step);
  const [one, other] = sides[text];
  const counted = counts[text];
  return (
    <div className="compare-texts">
      <div className="compare-text-choice" role="group" aria-label="Which text">
        {texts.map((name) => (
          <button key={name} type="button" className="button" aria-pressed={name === text} onClick={() => setText(name)} data-testid={`compare-text-${name}`}>
            {titles[name]}
            <TextCount counts={counts[name]} />
          </button>
        ))}
        <span className="compare-space" />
        <span className="dim" role="status" data-testid="text-counts">
          {counted === undefined ? '' : countsText(counted, newer)}
        </span>
        <StepButtons onStep={step} disabled={counted === undefined || total(counted) === 0} />
      </div>
      {one.value === undefined || other.value === undefined ? (
        <QueryMessage query={one.error === undefined ? other : one} what={titles[text]} />
      ) : (
        <>
          <div className="compare-text-heads">
            <SideHead pair={pair} side="left" />
            <SideHead pair={pair} side="right" />
          </div>
          <DiffTextView left={one.value} right={other.value} newer={newer} steps={steps} label={`${titles[text]} of both dumps`} />
        </>
      )}
    </div>
  );
}

/** From left to right; 'many' if they could not be counted. */
type Counted = LineCounts | 'many';

const total = (counted: Counted): number => (counted === 'many' ? Infinity : counted.added + counted.removed + counted.changed);

function useCounts(left: string | undefined, right: string | undefined): Counted | undefined {
  return useMemo(() => (left === undefined || right === undefined ? undefined : (lineCounts(left, right) ?? 'many')), [left, right]);
}

/** Lines missing in the right text count as removed only if the left one is older. */
function countsText(counted: Counted, newer: 'left' | 'right' | undefined): string {
  if (counted === 'many') return 'The texts have little in common.';
  if (total(counted) === 0) return 'The texts are equal.';
  const { added: onlyRight, removed: onlyLeft, changed } = counted;
  const both =
    newer === undefined
      ? [`${plural(onlyLeft, 'line')} only left`, `${countText(onlyRight)} only right`]
      : [`${plural(newer === 'right' ? onlyRight : onlyLeft, 'line')} added`, `${countText(newer === 'right' ? onlyLeft : onlyRight)} removed`];
  return [...both, `${countText(changed)} changed`].join(', ');
}

function TextCount({ counts }: { readonly counts: Counted | undefined }) {
  if (counts === undefined) return null;
  const lines = total(counts);
  return <span className={lines === 0 ? 'compare-count' : 'compare-count some'}>{counts === 'many' ? 'many' : countText(lines)}</span>;
}

function useText(dump: OpenDump, text: Text) {
  const { engine } = useWorkbench();
  return useQuery(dump, text, async (handle, signal) => {
    if (text === 'vmcoreinfo') return (await engine.call('vmcoreinfo', { dump: handle }, { signal })).text;
    if (text === 'log') {
      const { records } = await engine.call('dmesg', { dump: handle }, { signal });
      return records.map(({ time, text: line }) => `[${(time ?? '').padStart(16)}] ${line}`).join('\n');
    }
    const { kernel, machine } = await engine.call('info', { dump: handle }, { signal });
    const lines = [
      ['release', kernel.release],
      ['version', kernel.version],
      ['nodename', kernel.nodename],
      ['command line', kernel.commandLine],
      ['architecture', machine.arch],
      ['machine type', machine.machineType],
      ['hypervisor', machine.hypervisor],
      ['CPUs', cpuCountText(machine)],
    ];
    return lines.flatMap(([name, value]) => (value === undefined ? [] : [`${name ?? ''}: ${value}`])).join('\n');
  });
}
