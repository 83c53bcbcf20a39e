/** What the kernel's data structures say about the place at the cursor: slab object, stack, page, and so on. */
import { defined } from '../../../shared/defined.ts';
import { useQuery } from '../../hooks/use-query.ts';
import type { OpenDump } from '../../state/open-dump.ts';
import type { Position } from '../../state/position.ts';
import { useWorkbench } from '../../workbench.ts';
import { Hostile } from '../../widgets/Hostile.tsx';

export function AddressFacts({ dump, position }: { readonly dump: OpenDump; readonly position: Position }) {
  const { engine } = useWorkbench();
  const { space, address, cpu } = position;
  const key = space === 'file' || dump.checked === 'triage' ? undefined : `${space}/${cpu ?? ''}/${address}`;
  const query = useQuery(dump, key, async (handle, signal) =>
    space === 'file'
      ? undefined
      : engine.call(
          'address',
          { dump: handle, place: { space, address, ...defined({ cpu: space === 'real' ? (cpu ?? 0) : undefined }) }, quick: true },
          { signal },
        ),
  );
  // The place in memory has its own section, and so does the name of a virtual address.
  const facts = (query.error === undefined ? (query.value?.facts ?? []) : []).filter(
    ({ kind }) => kind !== 'memory' && (kind !== 'symbol' || space !== 'virtual'),
  );
  if (key === undefined || facts.length === 0) return null;
  return (
    <section data-testid="inspector-address">
      <h3 className="caption">Address</h3>
      <ul className="inspector-known">
        {facts.map(({ kind, text }, index) => (
          <li key={index} title={kind}>
            <Hostile text={text} />
          </li>
        ))}
      </ul>
    </section>
  );
}
