import type { AddressSpace } from '../../../shared/model.ts';
import type { OpenDump } from '../../state/open-dump.ts';
import type { Position } from '../../state/position.ts';
import { sameByte } from '../../state/same-byte.ts';
import { cpuNumber, cpuNumbering } from '../../state/register-lookup.ts';
import { useStore } from '../../hooks/use-store.ts';
import { useWorkbench } from '../../workbench.ts';
import { Hostile } from '../../widgets/Hostile.tsx';
import { isFor } from '../view.ts';
import { CopyBytes } from './CopyBytes.tsx';
import { HexRowsChoice } from './HexRowsChoice.tsx';

const spaces: readonly { readonly id: AddressSpace; readonly title: string; readonly hint: string }[] = [
  { id: 'absolute', title: 'absolute', hint: 'Memory as stored in the dump' },
  { id: 'real', title: 'real', hint: 'As one CPU sees it after prefixing: its own lowcore at 0' },
  { id: 'virtual', title: 'virtual', hint: 'As one CPU sees it through its page tables' },
  { id: 'file', title: 'file', hint: 'Bytes of the dump file itself' },
];

/** The address space shown, and the form of rows. Changing the space keeps the byte, if the dump says where the other space has it. */
interface HexToolbarProps {
  readonly dump: OpenDump;
  readonly owner: string;
  readonly position: Position;
}

export function HexToolbar({ dump, owner, position }: HexToolbarProps) {
  const { engine, places, hexTabs, tell } = useWorkbench();
  const { said } = useStore(hexTabs.all)[owner] ?? hexTabs.of(owner);
  const cpus = dump.triage?.cpus ?? [];
  const numbering = cpuNumbering(cpus);
  const numbers = cpus.map((cpu) => cpuNumber(cpu, numbering));
  const shownCpu = position.cpu ?? 0;
  const perCpu = position.space === 'real' || position.space === 'virtual';
  const offered = spaces.filter(({ id }) => id !== 'real' || id === position.space || isFor({ needs: 'lowcore' }, dump));
  const choose = (space: AddressSpace): void => {
    sameByte(engine, dump, position, space).then(({ found, remark }) => {
      places.goTo(dump.key, found);
      hexTabs.change(owner, { said: remark ?? '' });
    }, tell);
  };
  return (
    <div className="hex-toolbar" role="toolbar" aria-label="Address space, rows, and copying">
      <div className="segments" role="group" aria-label="Address space">
        {offered.map(({ id, title, hint }) => (
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
          <select className="select" value={shownCpu} onChange={(event) => places.goTo(dump.key, { ...position, cpu: Number(event.currentTarget.value) })}>
            {numbers.includes(shownCpu) ? null : <option value={shownCpu}>{shownCpu} (not in the dump)</option>}
            {numbers.map((number) => (
              <option key={number} value={number}>
                {number}
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
