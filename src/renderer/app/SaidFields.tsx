/** What the user supplies in place of a dump's headers: machine, addresses of memory without headers, the key of a secure guest. */
import { defined } from '../../shared/defined.ts';
import { machineNames } from '../../shared/machine-names.ts';
import type { SaidOfDump } from '../../shared/said-of-dump.ts';
import { fileName } from '../state/open-dump.ts';
import { Hostile } from '../widgets/Hostile.tsx';
import { Icon } from '../widgets/Icon.tsx';
import { IconButton } from '../widgets/IconButton.tsx';
import './said-fields.css';

export interface SaidDraft {
  readonly machine: string;
  /** The files are memory without a header. */
  readonly isHeaderless: boolean;
  /** By file path, as typed. */
  readonly addresses: Readonly<Record<string, string>>;
  readonly key: string | undefined;
}

export const noSaid: SaidDraft = { machine: '', isHeaderless: false, addresses: {}, key: undefined };

/** The draft for a dump that is opened again. */
export const draftOf = ({ machine = '', memoryAt, cck }: SaidOfDump, paths: readonly string[]): SaidDraft => ({
  machine,
  isHeaderless: memoryAt !== undefined,
  addresses: Object.fromEntries(paths.map((path, index) => [path, memoryAt?.[index] ?? ''])),
  key: cck,
});

/** The input for the engine, or a sentence that says what is wrong. */
export function saidOfDraft({ machine, isHeaderless, addresses, key }: SaidDraft, paths: readonly string[]): SaidOfDump | string {
  const memoryAt: string[] = [];
  for (const path of isHeaderless ? paths : []) {
    const text = (addresses[path] ?? '').trim();
    if (!/^(0x[0-9a-f]{1,16}|\d{1,18})$/i.test(text)) return `The address of ${fileName(path)} is missing or is not an address: enter 0x… or a decimal number.`;
    memoryAt.push(`0x${BigInt(text).toString(16)}`);
  }
  return defined({ machine: machine === '' ? undefined : machine, memoryAt: memoryAt.length === 0 ? undefined : memoryAt, cck: key });
}

interface SaidFieldsProps {
  readonly draft: SaidDraft;
  readonly paths: readonly string[];
  readonly change: (draft: SaidDraft) => void;
  readonly chooseKey: () => void;
}

export function SaidFields({ draft, paths, change, chooseKey }: SaidFieldsProps) {
  return (
    <fieldset className="said-fields">
      <legend className="caption">Information missing from the dump</legend>
      <label className="said-field">
        <span>Machine</span>
        <select
          className="input"
          value={draft.machine}
          onChange={(event) => change({ ...draft, machine: event.currentTarget.value })}
          data-testid="opening-machine"
        >
          <option value="">as recorded in the dump</option>
          {machineNames.map((name) => (
            <option key={name}>{name}</option>
          ))}
        </select>
      </label>
      <label>
        <input
          type="checkbox"
          checked={draft.isHeaderless}
          onChange={(event) => change({ ...draft, isHeaderless: event.currentTarget.checked })}
          data-testid="opening-headerless"
        />{' '}
        Memory without a header <span className="dim">each file starts at the given physical address</span>
      </label>
      {draft.isHeaderless
        ? paths.map((path) => (
            <label key={path} className="said-field">
              <span className="cut">
                Address of <Hostile text={fileName(path)} />
              </span>
              <input
                className="input code"
                value={draft.addresses[path] ?? ''}
                placeholder="0x0"
                maxLength={20}
                spellCheck={false}
                onChange={(event) => change({ ...draft, addresses: { ...draft.addresses, [path]: event.currentTarget.value } })}
                data-testid="opening-address"
              />
            </label>
          ))
        : null}
      <div className="said-field">
        {draft.key === undefined ? (
          <button type="button" className="button" onClick={chooseKey} data-testid="opening-key">
            <Icon name="key" /> Key of a secure guest…
          </button>
        ) : (
          <>
            <span className="cut" data-testid="opening-key-file">
              Key: <Hostile text={fileName(draft.key)} />
            </span>
            <IconButton icon="close" label="Open without the key" onPress={() => change({ ...draft, key: undefined })} />
          </>
        )}
        <span className="dim">used only this time, not stored</span>
      </div>
    </fieldset>
  );
}
