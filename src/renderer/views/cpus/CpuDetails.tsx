import type { CpuJson } from '../../../shared/model.ts';
import { cpuNumber, cpuNumbering } from '../../state/register-lookup.ts';
import { PlaceLink } from '../../widgets/PlaceLink.tsx';
import { Hostile } from '../../widgets/Hostile.tsx';
import { differing, pswWords, registerBlocks } from './register-blocks.ts';

const lowcoreBytes = 0x2000n;

/** Registers of one CPU. A control register that not all CPUs share is marked. */
export function CpuDetails({ dump, cpu, cpus }: { readonly dump: string; readonly cpu: CpuJson; readonly cpus: readonly CpuJson[] }) {
  const number = cpuNumber(cpu, cpuNumbering(cpus));
  const { psw, prefix } = cpu;
  const numbers = [
    ...(cpu.linuxCpu === undefined ? [] : [`Linux CPU ${cpu.linuxCpu}`]),
    ...(cpu.cpuAddress === undefined ? [] : [`CPU address ${cpu.cpuAddress}`]),
    `position ${cpu.id} in the dump`,
    `registers from ${cpu.source === 'note' ? 'an ELF note' : `the ${cpu.source}`}`,
  ];
  return (
    <section className="cpu-details selectable" aria-label={`CPU ${number}`} data-testid="cpu-details">
      <h2>CPU {number}</h2>
      <p className="dim">{numbers.join(' · ')}</p>
      {psw === undefined ? null : (
        <div className="psw">
          <h3 className="caption">PSW</h3>
          <p className="code psw-value">
            <span>{psw.mask}</span> <span>{psw.address}</span>
          </p>
          <p>
            <Hostile text={psw.decoded.text} />
          </p>
          <p className="dim">{pswWords(psw).join(' · ')}</p>
        </div>
      )}
      {prefix === undefined ? null : (
        <p>
          Lowcore at{' '}
          <PlaceLink
            dump={dump}
            place={{ space: 'absolute', start: prefix, end: `0x${(BigInt(prefix) + lowcoreBytes).toString(16)}` }}
          >{`absolute:${prefix}`}</PlaceLink>
        </p>
      )}
      {registerBlocks(cpu).map((block) => (
        <div key={block.id} className="register-block">
          <h3 className="caption">{block.title}</h3>
          <dl className={`registers ${block.layout}`}>
            {block.registers.map(({ name, value }, index) => {
              const differs = differing(cpus, block, index);
              return (
                <div key={name} className="register">
                  <dt className="dim">{name}</dt>
                  <dd className={`code${differs ? ' differs' : ''}${value === '0x0' ? ' zero' : ''}`} title={differs ? 'not the same on all CPUs' : undefined}>
                    {value}
                  </dd>
                </div>
              );
            })}
          </dl>
        </div>
      ))}
    </section>
  );
}
