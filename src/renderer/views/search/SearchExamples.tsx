import type { OpenDump } from '../../state/open-dump.ts';
import { s390xExamples, searchExamples, typeNames, type SearchExample } from './search-form.ts';

interface SearchExamplesProps {
  readonly dump: OpenDump;
  readonly onChoose: (example: SearchExample) => void;
}

/** Before the first search: what can be searched for, and examples. */
export function SearchExamples({ dump, onChoose }: SearchExamplesProps) {
  const examples = [...searchExamples, ...(dump.triage?.info.machine.features?.includes('lowcore') === true ? s390xExamples : [])];
  return (
    <div className="search-examples">
      <p className="dim">
        Finds text, bytes, numbers or regular expressions anywhere in absolute memory, including across page boundaries. On the command line:{' '}
        <span className="code">dumpbench search</span>.
      </p>
      <section className="card" aria-label="Example searches">
        <h2 className="caption">Examples</h2>
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
