import { useState, type SyntheticEvent } from 'react';
import { httpAddress } from '../../../shared/fleet-protocol.ts';
import { visibleText } from '../../../shared/visible-text.ts';
import { useWorkbench } from '../../workbench.ts';
import { Hostile } from '../../widgets/Hostile.tsx';
import { IconButton } from '../../widgets/IconButton.tsx';
import type { ChangeIssue } from './use-fleet.ts';

/** Web pages about an issue. They open in the desktop's browser, after the user has confirmed the address. */
export function IssueLinks({ links, onChange }: { readonly links: readonly string[]; readonly onChange: ChangeIssue }) {
  const { shell, tell } = useWorkbench();
  const [typed, setTyped] = useState('');
  const address = typed.trim();
  const isAddress = httpAddress.test(address);
  const add = (event: SyntheticEvent): void => {
    event.preventDefault();
    onChange({ links: [address] }).then(() => setTyped(''), tell);
  };
  return (
    <section className="fleet-links" aria-label="Links">
      <h3 className="caption">Links</h3>
      <ul>
        {links.map((link) => (
          <li key={link}>
            {httpAddress.test(link) ? (
              <button type="button" className="link cut" onClick={() => void shell.call('openLink', { address: link }).catch(tell)} data-testid="fleet-link">
                <Hostile text={link} title />
              </button>
            ) : (
              <span className="cut">
                <Hostile text={link} title />
              </span>
            )}
            <IconButton icon="copy" label={`Copy ${visibleText(link)}`} onPress={() => void shell.call('copyText', { text: link }).catch(tell)} />
            <IconButton icon="trash" label={`Remove ${visibleText(link)}`} onPress={() => void onChange({ withoutLinks: [link] }).catch(tell)} />
          </li>
        ))}
      </ul>
      <form className="fleet-add-link" onSubmit={add}>
        <input
          className="input"
          type="url"
          aria-label="Link to a related page"
          placeholder="https://…"
          maxLength={2000}
          value={typed}
          onChange={(event) => setTyped(event.currentTarget.value)}
          data-testid="fleet-new-link"
        />
        <button type="submit" className="button" disabled={!isAddress} data-testid="fleet-add-link">
          Add link
        </button>
      </form>
    </section>
  );
}
