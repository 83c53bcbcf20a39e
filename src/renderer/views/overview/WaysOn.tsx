/** The ways on from the triage page, the same for every dump. */
import type { OpenDump } from '../../state/open-dump.ts';
import type { ViewId } from '../../state/view-id.ts';
import { useWorkbench } from '../../workbench.ts';
import { Icon } from '../../widgets/Icon.tsx';

interface Way {
  readonly view: ViewId;
  readonly icon: string;
  readonly title: string;
}

const lowcore: Way = { view: 'lowcore', icon: 'table', title: 'Lowcore' };

const waysOf = (hasLowcore: boolean): readonly Way[] => [
  { view: 'cpus', icon: 'chip', title: 'CPUs' },
  ...(hasLowcore ? [lowcore] : []),
  { view: 'regions', icon: 'layers', title: 'Memory' },
  { view: 'dmesg', icon: 'output', title: 'Kernel log' },
  { view: 'integrity', icon: 'shield', title: 'Integrity report' },
  { view: 'compare', icon: 'diff', title: 'Compare with…' },
];

export function WaysOn({ dump }: { readonly dump: OpenDump }) {
  const { places } = useWorkbench();
  return (
    <nav className="ways-on" aria-label="Ways on" data-testid="ways-on">
      {waysOf(dump.triage?.info.machine.features?.includes('lowcore') === true).map(({ view, icon, title }) => (
        <button key={view} type="button" className="button" onClick={() => places.show(view, dump.key)}>
          <Icon name={icon} /> {title}
        </button>
      ))}
    </nav>
  );
}
