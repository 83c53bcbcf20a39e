import type { AddressSpace } from '../../shared/model.ts';
import { addressChoices, resolveGoTo, symbolChoices, symbolQuestion, taskChoices, taskQuestion, type GoToChoice } from '../state/go-to.ts';
import type { OpenDump } from '../state/open-dump.ts';
import { useWorkbench } from '../workbench.ts';
import { useQuery } from './use-query.ts';

const most = 12;

interface GoToChoices {
  readonly choices: readonly GoToChoice[];
  /** Why there are no choices. */
  readonly why: string | undefined;
}

/** The places that a text may mean: addresses immediately, symbols and tasks as soon as the engine has found them. */
export function useGoToChoices(dump: OpenDump | undefined, typed: string | undefined, space: AddressSpace): GoToChoices {
  const { engine } = useWorkbench();
  const text = typed?.trim() ?? '';
  const task = taskQuestion(text);
  const symbol = task === undefined ? symbolQuestion(text) : undefined;
  const key = dump === undefined || (task === undefined && symbol === undefined) ? undefined : text;
  const query = useQuery(dump ?? noDump, key, async (handle, signal) => {
    if (task !== undefined) {
      const { tasks } = await engine.call('completeTask', { dump: handle, text: task.slice(0, 64), most }, { signal });
      return { of: text, choices: taskChoices(tasks), why: tasks.length === 0 ? 'No task known so far has that number or name.' : undefined };
    }
    if (symbol === undefined) return { of: text, choices: [], why: undefined };
    const { symbols, why } = await engine.call('completeSymbol', { dump: handle, text: symbol.name.slice(0, 512), most }, { signal });
    const choices = symbolChoices(symbol, symbols);
    return { of: text, choices, why: why ?? (choices.length === 0 ? 'No symbol name contains that.' : undefined) };
  });
  if (text === '' || typed === undefined) return { choices: [], why: undefined };
  // Ignores answers about earlier input.
  const found = query.value?.of === text ? query.value : undefined;
  const addresses = task === undefined ? addressChoices(text, space, dump?.triage?.cpus) : [];
  // "add" and "face" are tried as names before numbers, once it is known whether such names exist.
  const isWord = /^[a-f]+$/i.test(text);
  const named = found?.choices ?? [];
  const choices = (isWord ? (found === undefined ? [] : [...named, ...addresses]) : [...addresses, ...named]).slice(0, most);
  if (choices.length > 0) return { choices, why: undefined };
  // Neither a name nor a task: the parser says what it expected.
  const refused = task === undefined && symbol === undefined ? resolveGoTo(text, space, dump?.triage?.cpus) : undefined;
  return { choices, why: found?.why ?? (refused?.ok === false ? refused.message : undefined) };
}

const noDump: Pick<OpenDump, 'phase' | 'generation'> = { phase: { kind: 'opening' }, generation: 0 };
