/** Which sections a report has, in the order in which it has them. */
import type { Catalogue } from '../../../shared/catalogue-model.ts';

interface SectionsChoiceProps {
  readonly sections: Catalogue['sections'];
  readonly chosen: readonly string[];
  readonly onChange: (ids: readonly string[]) => void;
}

export function SectionsChoice({ sections, chosen, onChange }: SectionsChoiceProps) {
  const all = chosen.length === sections.length;
  return (
    <details className="export-analyses">
      <summary data-testid="export-sections">Sections of the report: {all ? 'all' : `${chosen.length} of ${sections.length}`}</summary>
      {sections.map(({ id, title, about }) => (
        <label key={id} title={about}>
          <input
            type="checkbox"
            checked={chosen.includes(id)}
            onChange={(event) => onChange(event.currentTarget.checked ? [...chosen, id] : chosen.filter((one) => one !== id))}
            data-testid={`export-section-${id}`}
          />{' '}
          {title}
        </label>
      ))}
    </details>
  );
}
