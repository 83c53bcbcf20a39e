import type { AddressSpace } from '../../../shared/model.ts';
import type { OpenDump } from '../../state/open-dump.ts';
import type { Position } from '../../state/position.ts';
import { cpuNumber, cpuNumbering } from '../../state/register-lookup.ts';
import { useStore } from '../../hooks/use-store.ts';
import { useWorkbench } from '../../workbench.ts';
import { Hostile } from '../../widgets/Hostile.tsx';
import { CopyBytes } from './CopyBytes.tsx';
import { HexRowsChoice } from './HexRowsChoice.tsx';

const spaces: readonly { readonly id: AddressSpace; readonly title: string; readonly hint: string }[] = [
  { id: 'absolute', title: 'absolute', hint: 'Memory as the dump holds it' },
  { id: 'real', title: 'real', hint: 'As one CPU sees it after prefixing: its own lowcore at 0' },
  { id: 'virtual', title: 'virtual', hint: 'As one CPU sees it through its page tables' },
  { id: 'file', title: 'file', hint: 'Bytes of the dump file itself' },
];

/** Which address space is looked at, in which rows. The address stays where it means something in both spaces. */
interface HexToolbarProps {
  readonly dump: OpenDump;
  readonly owner: string;
  readonly position: Position;
}

export function HexToolbar({ dump, owner, position }: HexToolbarProps) {
  const { places, hexTabs } = useWorkbench();
  const { said } = useStore(hexTabs.all)[owner] ?? hexTabs.of(owner);
  const cpus = dump.triage?.cpus ?? [];
  const numbering = cpuNumbering(cpus);
  const perCpu = position.space === 'real' || position.space === 'virtual';
  const choose = (space: AddressSpace): void => {
    const keep = space !== 'file' && position.space !== 'file';
    const cpu = space === 'real' || space === 'virtual' ? { cpu: position.cpu ?? 0 } : {};
    const next: Position = { space, address: keep ? position.address : 0n, length: keep ? position.length : 1, ...cpu };
    places.goTo(dump.key, next);
  };
  return (
    <div className="hex-toolbar" role="toolbar" aria-label="Address space, rows, and copying">
      <div className="segments" role="group" aria-label="Address space">
        {spaces.map(({ id, title, hint }) => (
          <button
            key={id}
            type="button"
            className="segment"
            aria-pressed={id === position.space}
            disabled={(id === 'real' || id === 'virtual') && cpus.length === 0}
            title={hint}
            onClick={() => choose(id)}
            data-testid={`space-${id}`}
          >
            {title}
          </button>
        ))}
      </div>
      {perCpu ? (
        <label className="dim">
          CPU{' '}
          <select
            className="select"
            value={position.cpu ?? 0}
            onChange={(event) => places.goTo(dump.key, { ...position, cpu: Number(event.currentTarget.value) })}
          >
            {cpus.map((cpu) => (
              <option key={cpu.id} value={cpuNumber(cpu, numbering)}>
                {cpuNumber(cpu, numbering)}
              </option>
            ))}
          </select>
        </label>
      ) : null}
      <span className="hex-toolbar-end">
        <span role="status" className="dim hex-said" data-testid="hex-said">
          <Hostile text={said} />
        </span>
        <HexRowsChoice dump={dump} />
        <CopyBytes dump={dump} position={position} onSaid={(words) => hexTabs.change(owner, { said: words })} />
      </span>
    </div>
  );
}
