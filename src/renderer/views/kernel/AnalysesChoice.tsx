/** Which analyses go into what is handed on. Those that need a parameter have their table in the kernel view. */
import { useStore } from '../../hooks/use-store.ts';
import { useWorkbench } from '../../workbench.ts';
import './analyses-choice.css';

interface AnalysesChoiceProps {
  /** "Analyses in the report". */
  readonly label: string;
  /** Of each box, before its analysis's id. */
  readonly testId: string;
  readonly chosen: readonly string[];
  readonly onChange: (ids: readonly string[]) => void;
}

export function AnalysesChoice({ label, testId, chosen, onChange }: AnalysesChoiceProps) {
  const offered = useStore(useWorkbench().catalogue).analyses.filter(({ parameters }) => parameters.every(({ required }) => required !== true));
  if (offered.length === 0) return null;
  return (
    <details className="export-analyses">
      <summary>
        {label}: {chosen.length === 0 ? 'none' : chosen.length}
      </summary>
      {offered.map(({ id, title, about }) => (
        <label key={id} title={about}>
          <input
            type="checkbox"
            checked={chosen.includes(id)}
            onChange={(event) => onChange(event.currentTarget.checked ? [...chosen, id] : chosen.filter((one) => one !== id))}
            data-testid={`${testId}-${id}`}
          />{' '}
          {title}
        </label>
      ))}
    </details>
  );
}
