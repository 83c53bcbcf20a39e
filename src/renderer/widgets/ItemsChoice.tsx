/** A selection from a known list, in its order, with a summary line that says how many. */
import './items-choice.css';

interface ItemsChoiceProps {
  readonly label: string;
  /** Prefix of the test ids of the line and the items. */
  readonly testId: string;
  readonly items: readonly { readonly id: string; readonly title: string; readonly about: string }[];
  readonly chosen: readonly string[];
  readonly onChange: (ids: readonly string[]) => void;
}

export function ItemsChoice({ label, testId, items, chosen, onChange }: ItemsChoiceProps) {
  const count = chosen.length === items.length ? 'all' : chosen.length === 0 ? 'none' : `${chosen.length} of ${items.length}`;
  return (
    <details className="items-choice">
      <summary data-testid={`${testId}s`}>
        {label}: {count}
      </summary>
      {items.map(({ id, title, about }) => (
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
