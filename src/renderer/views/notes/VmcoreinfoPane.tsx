import { useQuery } from '../../hooks/use-query.ts';
import type { OpenDump } from '../../state/open-dump.ts';
import { plural } from '../../words/numbers.ts';
import { useWorkbench } from '../../workbench.ts';
import { Hostile } from '../../widgets/Hostile.tsx';
import { QueryMessage } from '../../widgets/QueryMessage.tsx';
import { TextView } from '../../widgets/monaco/TextView.tsx';

/** VMCOREINFO as the kernel wrote it, from whichever place the dump has it. */
export function VmcoreinfoPane({ dump }: { readonly dump: OpenDump }) {
  const { engine } = useWorkbench();
  const query = useQuery(dump, 'vmcoreinfo', (handle, signal) => engine.call('vmcoreinfo', { dump: handle }, { signal }));
  if (query.value === undefined) return <QueryMessage query={query} what="vmcoreinfo" />;
  const { source, text, entries } = query.value;
  return (
    <section className="note-details" aria-label="vmcoreinfo" data-testid="vmcoreinfo">
      <h2>vmcoreinfo</h2>
      <p className="dim">
        {plural(Object.keys(entries).length, 'entry', 'entries')} from <Hostile text={source} /> · Ctrl+F searches
      </p>
      <TextView text={text} language="vmcoreinfo" label="vmcoreinfo" />
    </section>
  );
}
