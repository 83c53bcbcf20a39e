interface FilterInputProps {
  readonly label: string;
  readonly placeholder: string;
  readonly value: string;
  readonly onChange: (typed: string) => void;
  readonly testId?: string | undefined;
}

/** Filters the rows of a table by words: `filterWords` defines how. */
export function FilterInput({ label, placeholder, value, onChange, testId }: FilterInputProps) {
  return (
    <input
      type="search"
      className="input filter-input"
      placeholder={placeholder}
      aria-label={label}
      value={value}
      spellCheck={false}
      onChange={(event) => onChange(event.currentTarget.value)}
      data-testid={testId}
    />
  );
}
