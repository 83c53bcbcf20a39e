/** Registers of one CPU. A control register that not all CPUs share is marked. */
import { useMemo } from 'react';
import { cpuName, cpuNumber, cpuNumbering } from '../../../shared/cpu-registers.ts';
import type { CpuJson } from '../../../shared/cpu-model.ts';
import type { OpenDump } from '../../state/open-dump.ts';
import { Hostile } from '../../widgets/Hostile.tsx';
import { CpuFacts } from './CpuFacts.tsx';
import { registerBlocks, unusual, type BlockId, type KnownPlaces, type RegisterBlock } from './register-rows.ts';
import { RegisterValue } from './RegisterValue.tsx';

/** Sixteen short names in four columns; one per line, with its meaning; long names in two columns; wide values; two columns with places. */
type Layout = 'four' | 'meaning' | 'named' | 'wide' | 'placed';
const layouts: Readonly<Record<BlockId, Layout>> = {
  psw: 'named',
  flags: 'meaning',
  registers: 'four',
  gprs: 'four',
  crs: 'meaning',
  acrs: 'four',
  times: 'named',
  fprs: 'meaning',
  vxrs: 'wide',
};

interface BlockProps {
  readonly dump: string;
  readonly block: RegisterBlock;
  readonly number: number;
  readonly marked: ReadonlySet<string>;
}

const hasPlaces = ({ rows }: RegisterBlock): boolean => rows.some(({ cells: [cell] }) => cell?.text !== undefined);

function Block({ dump, block, number, marked }: BlockProps) {
  return (
    <div className="register-block">
      <h3 className="caption">{block.title}</h3>
      {block.isZero ? (
        <p className="dim">all zero</p>
      ) : (
        <dl className={`registers ${layouts[block.id] === 'four' && hasPlaces(block) ? 'placed' : layouts[block.id]}`}>
          {block.rows.map(({ name, cells: [cell] }) => {
            const differs = marked.has(name) && block.id === 'crs';
            return (
              <div key={name} className={name === 'meaning' ? 'register whole' : 'register'}>
                <dt className="dim">{name}</dt>
                <dd>
                  <RegisterValue dump={dump} cell={cell} number={number} marked={differs} {...(differs ? { title: 'not the same on all CPUs' } : {})} />
                  {cell?.text === undefined ? null : (
                    <span className="register-text">
                      <Hostile text={cell.text} />
                    </span>
                  )}
                </dd>
              </div>
            );
          })}
        </dl>
      )}
    </div>
  );
}

interface CpuDetailsProps {
  readonly dump: OpenDump;
  readonly cpu: CpuJson;
  /** All CPUs of the dump. */
  readonly cpus: readonly CpuJson[];
  /** What is at the addresses in registers. */
  readonly known: KnownPlaces;
}

export function CpuDetails({ dump, cpu, cpus, known }: CpuDetailsProps) {
  const numbering = cpuNumbering(cpus);
  const blocks = useMemo(() => registerBlocks([cpu], known, numbering), [cpu, known, numbering]);
  const marked = useMemo(() => unusual(cpus), [cpus]);
  const name = cpuName(cpu, numbering);
  return (
    <section className="cpu-details selectable" aria-label={name} data-testid="cpu-details">
      <div>
        <h2>{name}</h2>
        <CpuFacts dump={dump} cpu={cpu} cpus={cpus} />
      </div>
      {blocks.length === 0 ? <p className="message">{cpu.state ?? 'The dump has no registers for this CPU.'}</p> : null}
      {blocks.map((block) => (
        <Block key={block.title} dump={dump.key} block={block} number={cpuNumber(cpu, numbering)} marked={marked} />
      ))}
    </section>
  );
}
