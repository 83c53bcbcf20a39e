/** Next steps from the triage page, the same for every dump. */
import type { OpenDump } from '../../state/open-dump.ts';
import type { ViewId } from '../../state/view-id.ts';
import { useWorkbench } from '../../workbench.ts';
import { isFor, type View } from '../view.ts';
import { Icon } from '../../widgets/Icon.tsx';

interface Way {
  readonly view: ViewId;
  readonly icon: string;
  readonly title: string;
  readonly needs?: View['needs'];
}

const ways: readonly Way[] = [
  { view: 'cpus', icon: 'chip', title: 'CPUs' },
  { view: 'lowcore', icon: 'table', title: 'Lowcore', needs: 'lowcore' },
  { view: 'regions', icon: 'layers', title: 'Memory' },
  { view: 'dmesg', icon: 'output', title: 'Kernel log' },
  { view: 'integrity', icon: 'shield', title: 'Integrity report' },
  { view: 'compare', icon: 'diff', title: 'Compare with…' },
];

export function WaysOn({ dump }: { readonly dump: OpenDump }) {
  const { places, exports } = useWorkbench();
  return (
    <nav className="ways-on" aria-label="Next steps" data-testid="ways-on">
      {ways
        .filter((way) => isFor(way, dump))
        .map(({ view, icon, title }) => (
          <button key={view} type="button" className="button" onClick={() => places.show(view, dump.key)}>
            <Icon name={icon} /> {title}
          </button>
        ))}
      <button type="button" className="button" onClick={() => exports.draft.set({ dump: dump.key })} data-testid="ways-on-export">
        <Icon name="export" /> Export…
      </button>
    </nav>
  );
}
