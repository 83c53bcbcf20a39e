import type { OpenDump } from '../../state/open-dump.ts';
import { s390xExamples, searchExamples, typeNames, type SearchExample } from './search-form.ts';

interface SearchExamplesProps {
  readonly dump: OpenDump;
  readonly onChoose: (example: SearchExample) => void;
}

/** Before the first search: what can be searched for, and searches to start with. */
export function SearchExamples({ dump, onChoose }: SearchExamplesProps) {
  const examples = [...searchExamples, ...(dump.triage?.info.machine.features?.includes('lowcore') === true ? s390xExamples : [])];
  return (
    <div className="search-examples">
      <p className="dim">
        Finds a text, bytes, a number or a regular expression wherever it is in absolute memory, also across the border of two neighbouring pages. The same on
        the command line: <span className="code">dumpbench search</span>.
      </p>
      <section className="card" aria-label="Searches to start with">
        <h2 className="caption">To start with</h2>
        <ul>
          {examples.map((example) => (
            <li key={example.title}>
              <button type="button" className="link" onClick={() => onChoose(example)}>
                {example.title}
              </button>
              <span className="dim">{typeNames[example.form.type]}</span>
              <span className="code cut">{example.form.pattern}</span>
            </li>
          ))}
        </ul>
      </section>
    </div>
  );
}
