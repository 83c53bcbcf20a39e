/** A choice of one among a few options, as radio buttons in a row. */
interface ChoiceProps<T extends string | number> {
  readonly name: string;
  readonly title: string;
  readonly about?: string;
  readonly value: T;
  readonly choices: readonly T[];
  readonly words: (choice: T) => string;
  readonly onChoose: (choice: T) => void;
}

export function Choice<T extends string | number>({ name, title, about, value, choices, words, onChoose }: ChoiceProps<T>) {
  return (
    <fieldset className="setting">
      <legend>{title}</legend>
      <div className="setting-choices">
        {choices.map((one) => (
          <label key={one}>
            <input type="radio" name={`settings-${name}`} checked={one === value} onChange={() => onChoose(one)} data-testid={`settings-${name}-${one}`} />
            {words(one)}
          </label>
        ))}
      </div>
      {about === undefined ? null : <p className="dim setting-note">{about}</p>}
    </fieldset>
  );
}
