/** Texts of both dumps in a diff editor: vmcoreinfo, kernel log, command line and versions. */
import { cpuCountText } from '../../../shared/cpu-registers.ts';
import { useState } from 'react';
import type { OpenDump } from '../../state/open-dump.ts';
import { useQuery } from '../../hooks/use-query.ts';
import { useWorkbench } from '../../workbench.ts';
import { DiffTextView } from '../../widgets/monaco/DiffTextView.tsx';
import { QueryMessage } from '../../widgets/QueryMessage.tsx';
import { newerSide, type Pair } from './pair.ts';
import { SideHead } from './SideHead.tsx';

const texts = ['vmcoreinfo', 'log', 'kernel'] as const;
type Text = (typeof texts)[number];
const titles: Readonly<Record<Text, string>> = { vmcoreinfo: 'VMCOREINFO', log: 'Kernel log', kernel: 'Kernel and command line' };

export function TextsPane({ pair }: { readonly pair: Pair }) {
  const { left, right } = pair;
  const [text, setText] = useState<Text>('vmcoreinfo');
  const one = useText(left, text);
  const other = useText(right, text);
  return (
    <div className="compare-texts">
      <div className="compare-text-choice" role="group" aria-label="Which text">
        {texts.map((name) => (
          <button key={name} type="button" className="button" aria-pressed={name === text} onClick={() => setText(name)}>
            {titles[name]}
          </button>
        ))}
      </div>
      {one.value?.text !== text || other.value?.text !== text ? (
        <QueryMessage query={one.error === undefined ? other : one} what={titles[text]} />
      ) : (
        <>
          <div className="compare-text-heads">
            <SideHead pair={pair} side="left" />
            <SideHead pair={pair} side="right" />
          </div>
          <DiffTextView left={one.value.content} right={other.value.content} newer={newerSide(pair)} label={`${titles[text]} of both dumps`} />
        </>
      )}
    </div>
  );
}

function useText(dump: OpenDump, text: Text) {
  const { engine } = useWorkbench();
  return useQuery(dump, text, async (handle, signal) => {
    if (text === 'vmcoreinfo') return { text, content: (await engine.call('vmcoreinfo', { dump: handle }, { signal })).text };
    if (text === 'log') {
      const { records } = await engine.call('dmesg', { dump: handle }, { signal });
      return { text, content: records.map(({ time, text: line }) => `[${(time ?? '').padStart(16)}] ${line}`).join('\n') };
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
    return { text, content: lines.flatMap(([name, value]) => (value === undefined ? [] : [`${name ?? ''}: ${value}`])).join('\n') };
  });
}
