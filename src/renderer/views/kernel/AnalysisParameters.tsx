/** Fields for the parameters of an analysis, and the button that runs it with them. */
import { useState, type SyntheticEvent } from 'react';
import type { AnalysisTable, ParameterJson, ParameterType } from '../../../shared/analysis-table.ts';
import { columnTitle } from './analysis-rows.ts';

interface AnalysisParametersProps {
  readonly table: AnalysisTable;
  readonly given: Readonly<Record<string, string>>;
  readonly onRun: (parameters: Readonly<Record<string, string>>) => void;
}

export function AnalysisParameters({ table, given, onRun }: AnalysisParametersProps) {
  const [typed, setTyped] = useState(given);
  const ready = table.parameters.every(({ name, required }) => required !== true || (typed[name] ?? '').trim() !== '');
  const submit = (event: SyntheticEvent): void => {
    event.preventDefault();
    onRun(Object.fromEntries(Object.entries(typed).filter(([, value]) => value.trim() !== '')));
  };
  return (
    <form className="analysis-parameters" onSubmit={submit}>
      {table.parameters.map((parameter) => (
        <label key={parameter.name} title={parameter.about}>
          <span className="dim">{columnTitle(parameter.name)}</span>
          <Field parameter={parameter} value={typed[parameter.name] ?? ''} onChange={(value) => setTyped((now) => ({ ...now, [parameter.name]: value }))} />
        </label>
      ))}
      <button type="submit" className="button primary" disabled={!ready} data-testid="analysis-run">
        Run
      </button>
    </form>
  );
}

/** Placeholders for fields where "any" is not enough. */
const forms: Partial<Record<ParameterType, string>> = { address: '0x… or symbol', time: 'any, or 2026-11-29T22:00Z', duration: 'any, or seconds: 51.25' };

interface FieldProps {
  readonly parameter: ParameterJson;
  readonly value: string;
  readonly onChange: (value: string) => void;
}

function Field({ parameter, value, onChange }: FieldProps) {
  const { name, type, required, choices } = parameter;
  const options = choices ?? (type === 'flag' ? ['yes', 'no'] : undefined);
  if (options !== undefined)
    return (
      <select className="select" value={value} onChange={(event) => onChange(event.currentTarget.value)} data-testid={`analysis-parameter-${name}`}>
        <option value="">{required === true ? '' : 'any'}</option>
        {options.map((one) => (
          <option key={one}>{one}</option>
        ))}
      </select>
    );
  return (
    <input
      className="input"
      value={value}
      placeholder={forms[type] ?? (required === true ? '' : 'any')}
      required={required === true}
      onChange={(event) => onChange(event.currentTarget.value)}
      data-testid={`analysis-parameter-${name}`}
    />
  );
}
