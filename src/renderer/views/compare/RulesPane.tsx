/** The sets of ignore rules: choosing and editing them, and importing or exporting the JSON that the command line reads. */
import * as v from 'valibot';
import { useState } from 'react';
import { ignoreRulesSchema, type IgnoreRules } from '../../../shared/ignore-rules.ts';
import type { ComparisonSettings } from '../../state/comparisons.ts';
import { useStore } from '../../hooks/use-store.ts';
import { useWorkbench } from '../../workbench.ts';
import { Hostile } from '../../widgets/Hostile.tsx';
import { IconButton } from '../../widgets/IconButton.tsx';
import { withField, withoutRule } from './edit-rules.ts';
import { changeRules, ruleBook } from './rule-steps.ts';

export function RulesPane({ owner, settings }: { readonly owner: string; readonly settings: ComparisonSettings }) {
  const workbench = useWorkbench();
  const { comparisons } = workbench;
  const all = useStore(comparisons.rules);
  const chosen = all.find(({ name }) => name === settings.rules);
  const use = (rules: IgnoreRules, label = `Changed the rules ${rules.name}`): void => changeRules(workbench, owner, label, rules.name, rules);
  return (
    <div className="compare-rules">
      <section className="card" aria-label="Active rules">
        <div className="card-head">
          <h2 className="caption">{chosen === undefined ? 'No active rules' : <Hostile text={chosen.name} />}</h2>
          {chosen === undefined || comparisons.isBuiltIn(chosen.name) ? null : (
            <IconButton
              icon="trash"
              label="Delete this set of rules"
              onPress={() => changeRules(workbench, owner, `Deleted the rules ${chosen.name}`, chosen.name, undefined)}
            />
          )}
        </div>
        <p className="dim">
          Rules hide nothing: ignored differences stay listed, with the name of the rule, but are not counted. Choose a set above, or add to your own.
        </p>
        {chosen === undefined ? null : (
          <ul className="compare-rule-list" data-testid="rule-list">
            {chosen.rules.map((rule, index) => (
              <li key={index}>
                <strong>
                  <Hostile text={rule.name} />
                </strong>
                <span className="code dim">
                  <Hostile
                    text={[
                      ...(rule.preset === undefined ? [] : [`all ${rule.preset === 'time' ? 'moments in time' : 'timers'}`]),
                      ...(rule.fields ?? []),
                      ...(rule.ranges ?? []).map(({ start, end }) => `${start}-${end}`),
                    ].join(', ')}
                  />
                </span>
                {comparisons.isBuiltIn(chosen.name) ? null : (
                  <IconButton
                    icon="close"
                    label={`Remove rule ${rule.name}`}
                    onPress={() => use(withoutRule(chosen, index), `Removed the rule ${rule.name}`)}
                  />
                )}
              </li>
            ))}
          </ul>
        )}
        <AddRule onAdd={(field) => use(withField(ruleBook(workbench, owner), field), `Ignored ${field}`)} />
      </section>
      <RulesText key={JSON.stringify(chosen)} chosen={chosen} onUse={use} isBuiltIn={comparisons.isBuiltIn} />
    </div>
  );
}

function AddRule({ onAdd }: { readonly onAdd: (field: string) => void }) {
  const [text, setText] = useState('');
  const add = (): void => {
    if (text.trim() !== '') onAdd(text.trim());
    setText('');
  };
  return (
    <form
      className="compare-add"
      onSubmit={(event) => {
        event.preventDefault();
        add();
      }}
    >
      <input
        className="select code"
        value={text}
        placeholder="section.field, * for any text: lowcore.*_timer"
        aria-label="Field to ignore"
        onChange={(event) => setText(event.currentTarget.value)}
      />
      <button type="submit" className="button">
        Ignore field
      </button>
    </form>
  );
}

interface RulesTextProps {
  readonly chosen: IgnoreRules | undefined;
  readonly onUse: (rules: IgnoreRules) => void;
  readonly isBuiltIn: (name: string) => boolean;
}

const example: IgnoreRules = { schema: 1, name: 'Log buffer', rules: [{ name: 'log', ranges: [{ start: '0x1000', end: '0x2000' }] }] };

function RulesText({ chosen, onUse, isBuiltIn }: RulesTextProps) {
  const [text, setText] = useState(() => JSON.stringify(chosen ?? example, undefined, 2));
  const [wrong, setWrong] = useState<string>();
  const save = (): void => {
    try {
      const parsed = v.safeParse(ignoreRulesSchema, JSON.parse(text));
      if (!parsed.success) setWrong(v.summarize(parsed.issues));
      else if (isBuiltIn(parsed.output.name)) setWrong(`"${parsed.output.name}" is a built-in set: choose another name`);
      else {
        setWrong(undefined);
        onUse(parsed.output);
      }
    } catch (error) {
      setWrong(error instanceof Error ? error.message : String(error));
    }
  };
  return (
    <section className="card compare-rules-text" aria-label="Rules as JSON">
      <div className="card-head">
        <h2 className="caption">As JSON, also for the command line</h2>
        <button type="button" className="button" onClick={save}>
          Save and use
        </button>
      </div>
      <textarea className="code" spellCheck={false} aria-label="Ignore rules as JSON" value={text} onChange={(event) => setText(event.currentTarget.value)} />
      {wrong === undefined ? null : (
        <p className="tone-bad" role="alert">
          <Hostile text={wrong} />
        </p>
      )}
    </section>
  );
}
