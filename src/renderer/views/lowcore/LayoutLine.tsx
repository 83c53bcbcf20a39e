/** Which kernel's layout is used for a lowcore, how certain that is and why, and the choice of another one. */
import type { LowcoreJson } from '../../../shared/structure-model.ts';
import { StepList } from '../../widgets/StepList.tsx';

interface LayoutLineProps {
  /** Key of the dump. */
  readonly dump: string;
  readonly lowcore: LowcoreJson | undefined;
  /** "CPU 0" */
  readonly name: string | undefined;
  readonly layouts: readonly string[];
  /** The layout that the user chose; undefined for the best match. */
  readonly chosen: string | undefined;
  readonly onChoose: (layout: string | undefined) => void;
}

const tones: Readonly<Record<string, string>> = { certain: 'ok', likely: 'plain', given: 'plain' };

export function LayoutLine({ dump, lowcore, name, layouts, chosen, onChoose }: LayoutLineProps) {
  const layout = lowcore?.layout;
  const tests = layout?.tests ?? [];
  const agreeing = tests.filter(({ passed }) => passed === true).length;
  return (
    <div className="layout-line" data-testid="lowcore-layout">
      <label className="dim">
        Layout{' '}
        <select
          className="select"
          value={chosen ?? ''}
          onChange={(event) => onChoose(event.currentTarget.value === '' ? undefined : event.currentTarget.value)}
          data-testid="layout-choice"
        >
          <option value="">best match</option>
          {(layouts.length > 0 ? layouts : chosen === undefined ? [] : [chosen]).map((kernel) => (
            <option key={kernel} value={kernel}>
              Linux {kernel}
            </option>
          ))}
        </select>
      </label>
      {layout === undefined ? null : (
        <details className="layout-tests">
          <summary>
            <span>
              {name}: layout of Linux {layout.name},{' '}
            </span>
            <span className={`tone-${tones[layout.word ?? ''] ?? 'warn'}`}>{layout.word === 'given' ? 'as you chose' : layout.word}</span>
            <span className="dim">
              {' '}
              · {agreeing} of {tests.length} tests agree{agreeing === tests.length ? '' : `, confidence ${Math.round(layout.confidence * 100)} %`}
              {layout.proven === true ? '' : ' · this layout was never verified on a real dump'}
            </span>
          </summary>
          <StepList dump={dump} steps={tests} label="Evidence for and against the layout" />
        </details>
      )}
    </div>
  );
}
