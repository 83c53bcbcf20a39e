import type { CpuJson } from '../../../shared/model.ts';
import { cpuNumber, cpuNumbering } from '../../state/register-lookup.ts';
import { Hostile } from '../../widgets/Hostile.tsx';
import { cpuTone } from './cpu-tone.ts';
import './cpu-table.css';

interface CpuTableProps {
  readonly cpus: readonly CpuJson[];
  readonly onChoose: (cpu: CpuJson) => void;
  /** Id of the CPU that is shown beside the table. */
  readonly chosen?: number;
}

/** All CPUs in dump order, a line each. A row is chosen by click, or by its number's button. */
export function CpuTable({ cpus, onChoose, chosen }: CpuTableProps) {
  const numbering = cpuNumbering(cpus);
  return (
    <table className="table cpu-table" data-testid="cpu-table">
      <thead>
        <tr>
          <th>{numbering === 'linuxCpu' ? 'CPU' : 'position'}</th>
          <th>state</th>
          <th>PSW address</th>
          <th>prefix</th>
        </tr>
      </thead>
      <tbody>
        {cpus.map((cpu) => {
          const number = cpuNumber(cpu, numbering);
          return (
            <tr key={cpu.id} className="followed" aria-selected={chosen === undefined ? undefined : chosen === cpu.id} onClick={() => onChoose(cpu)}>
              <td>
                <button type="button" className="cpu-number" aria-label={`CPU ${number}`} onClick={() => onChoose(cpu)}>
                  {number}
                </button>
              </td>
              <td className={`cpu-state tone-${cpuTone(cpu)}`}>
                <Hostile text={cpu.psw?.decoded.text ?? cpu.state ?? 'not known'} title />
              </td>
              <td className="code">{cpu.psw?.address ?? <span className="dim">–</span>}</td>
              <td className="code">{cpu.prefix ?? <span className="dim">–</span>}</td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}
