/** Chooses the CPUs side by side: a chip for each, and a list to add one. */
import { cpuName, cpuNumber, cpuNumbering, numberingWords } from '../../shared/cpu-registers.ts';
import type { CpuJson } from '../../shared/cpu-model.ts';
import { maxColumns } from '../state/cpu-columns.ts';
import type { CpuColumns } from '../hooks/use-cpu-columns.ts';
import { Icon } from './Icon.tsx';
import './cpu-picker.css';

interface CpuPickerProps {
  readonly cpus: readonly CpuJson[];
  readonly choice: CpuColumns;
}

export function CpuPicker({ cpus, choice }: CpuPickerProps) {
  const numbering = cpuNumbering(cpus);
  const { columns } = choice;
  const others = cpus.filter((cpu) => !columns.includes(cpu));
  const full = columns.length >= maxColumns;
  return (
    <div className="cpu-picker" role="group" aria-label="CPUs side by side" title={`Numbers are ${numberingWords[numbering]}`}>
      {columns.map((cpu) => (
        <span key={cpu.id} className="cpu-chip">
          CPU {cpuNumber(cpu, numbering)}
          {columns.length > 1 ? (
            <button
              type="button"
              className="icon-button"
              aria-label={`Remove ${cpuName(cpu, numbering)}`}
              onClick={() => choice.remove(cpu.id)}
              data-testid={`cpu-remove-${cpuNumber(cpu, numbering)}`}
            >
              <Icon name="close" />
            </button>
          ) : null}
        </span>
      ))}
      {others.length === 0 ? null : (
        <select
          className="select"
          aria-label="Add a column for another CPU"
          value=""
          disabled={full}
          title={full ? `At most ${maxColumns} CPUs side by side` : 'Add a column for another CPU'}
          onChange={(event) => choice.add(Number(event.currentTarget.value))}
          data-testid="cpu-add"
        >
          <option value="" disabled>
            + Add a CPU
          </option>
          {others.map((cpu) => (
            <option key={cpu.id} value={cpu.id}>
              {cpuName(cpu, numbering)}
            </option>
          ))}
        </select>
      )}
      {numbering === 'id' ? <span className="dim">{numberingWords.id}</span> : null}
    </div>
  );
}
