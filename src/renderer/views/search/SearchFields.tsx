/** The options that narrow a search: kind of pattern, byte order, range, state and class of pages. */
import type { ReactNode } from 'react';
import { ebcdicPages } from '../../../shared/ebcdic.ts';
import { pageClasses } from '../../../shared/model.ts';
import { searchEndians, searchStates, searchTypes } from '../../../shared/search-model.ts';
import { hasCase, hasOrder, typeNames, type SearchForm } from './search-form.ts';

const alignments = [1, 2, 4, 8, 16, 4096];

interface ChoiceProps<T extends string> {
  readonly name: string;
  readonly value: T;
  readonly choices: readonly (readonly [T, string])[];
  readonly onChoose: (value: T) => void;
}

function Choice<T extends string>({ name, value, choices, onChoose }: ChoiceProps<T>) {
  return (
    <label className="dim">
      {name}{' '}
      <select
        className="select"
        value={value}
        onChange={(event) => {
          const chosen = choices.find(([id]) => id === event.currentTarget.value);
          if (chosen !== undefined) onChoose(chosen[0]);
        }}
        data-testid={`search-${name}`}
      >
        {choices.map(([id, text]) => (
          <option key={id} value={id}>
            {text}
          </option>
        ))}
      </select>
    </label>
  );
}

const same = <T extends string>(words: readonly T[]): readonly (readonly [T, string])[] => words.map((word) => [word, word]);

export function SearchFields({ form, onChange }: { readonly form: SearchForm; readonly onChange: (form: SearchForm) => void }) {
  const set = (part: Partial<SearchForm>): void => onChange({ ...form, ...part });
  const address = (name: 'from' | 'to', hint: string): ReactNode => (
    <label className="dim">
      {name}{' '}
      <input
        className="input search-address code"
        value={form[name]}
        placeholder={hint}
        onChange={(event) => set({ [name]: event.currentTarget.value })}
        spellCheck={false}
        data-testid={`search-${name}`}
      />
    </label>
  );
  return (
    <div className="search-fields">
      <Choice name="kind" value={form.type} choices={searchTypes.map((type) => [type, typeNames[type]] as const)} onChoose={(type) => set({ type })} />
      {hasOrder(form.type) ? (
        <Choice
          name="order"
          value={form.endian}
          choices={[['dump', "the dump's own"] as const, ...same(searchEndians)]}
          onChoose={(endian) => set({ endian })}
        />
      ) : null}
      {form.type === 'ebcdic' ? <Choice name="page" value={form.codePage} choices={same(ebcdicPages)} onChoose={(codePage) => set({ codePage })} /> : null}
      {hasCase(form.type) ? (
        <label className="dim search-check">
          <input
            type="checkbox"
            checked={form.ignoreCase}
            onChange={(event) => set({ ignoreCase: event.currentTarget.checked })}
            data-testid="search-ignore-case"
          />
          ignore case
        </label>
      ) : (
        <Choice
          name="at"
          value={String(form.align)}
          choices={alignments.map((align) => [String(align), align === 1 ? 'any address' : align === 4096 ? 'page starts' : `multiples of ${align}`] as const)}
          onChoose={(align) => set({ align: Number(align) })}
        />
      )}
      {address('from', 'start of memory')}
      {address('to', 'end of memory')}
      <Choice name="state" value={form.state} choices={[['any', 'any'] as const, ...same(searchStates)]} onChoose={(state) => set({ state })} />
      <Choice name="class" value={form.class} choices={[['any', 'any'] as const, ...same(pageClasses)]} onChoose={(chosen) => set({ class: chosen })} />
    </div>
  );
}
