/** The menu that a right click opens: arrows move in it, Enter chooses, Escape or any event elsewhere closes it. */
import { useEffect, useEffectEvent, useLayoutEffect, useRef } from 'react';
import { useStore } from '../hooks/use-store.ts';
import type { ContextMenuState } from '../state/context-menu.ts';
import { Hostile } from '../widgets/Hostile.tsx';
import { Icon } from '../widgets/Icon.tsx';
import { useWorkbench } from '../workbench.ts';
import './context-menu.css';

const edge = 6;

function Shown({ menu }: { readonly menu: ContextMenuState }) {
  const { contextMenu } = useWorkbench();
  const place = useRef<HTMLUListElement>(null);
  const close = useEffectEvent(() => contextMenu.set(undefined));
  useLayoutEffect(() => {
    const element = place.current;
    if (element === null) return undefined;
    const before = document.activeElement instanceof HTMLElement ? document.activeElement : undefined;
    const { width, height } = element.getBoundingClientRect();
    element.style.left = `${Math.max(edge, Math.min(menu.left, window.innerWidth - width - edge))}px`;
    element.style.top = `${Math.max(edge, Math.min(menu.top, window.innerHeight - height - edge))}px`;
    element.querySelector<HTMLElement>('button:not([disabled])')?.focus();
    // Whatever an item opens keeps the focus.
    return () => {
      if (document.activeElement === document.body || element.contains(document.activeElement)) before?.focus();
    };
  }, [menu]);
  useEffect(() => {
    const outside = (event: Event): void => {
      if (!(event.target instanceof Node) || place.current?.contains(event.target) !== true) close();
    };
    const onKey = (event: KeyboardEvent): void => {
      const all = [...(place.current?.querySelectorAll<HTMLElement>('button:not([disabled])') ?? [])];
      const at = all.indexOf(document.activeElement as HTMLElement);
      const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: all.length - 1 }[event.key];
      if (to !== undefined) all[(to + all.length) % all.length]?.focus();
      else if (event.key === 'Escape' || event.key === 'Tab') close();
      else return;
      event.preventDefault();
      event.stopPropagation();
    };
    window.addEventListener('keydown', onKey, { capture: true });
    // A view that is loading scrolls by itself; only scrolling by the user dismisses the menu.
    for (const type of ['pointerdown', 'wheel']) document.addEventListener(type, outside, { capture: true });
    window.addEventListener('blur', outside);
    window.addEventListener('resize', outside);
    return () => {
      window.removeEventListener('keydown', onKey, { capture: true });
      for (const type of ['pointerdown', 'wheel']) document.removeEventListener(type, outside, { capture: true });
      window.removeEventListener('blur', outside);
      window.removeEventListener('resize', outside);
    };
  }, []);
  return (
    <ul ref={place} className="context-menu" role="menu" aria-label="Context menu" data-testid="context-menu">
      {menu.items.map(({ label, run, enabled = true, checked, begins }, index) => (
        <li key={index} role="none" className={begins === true ? 'context-begins' : undefined}>
          <button
            type="button"
            role={checked === undefined ? 'menuitem' : 'menuitemcheckbox'}
            aria-checked={checked}
            tabIndex={-1}
            disabled={!enabled}
            onClick={() => {
              contextMenu.set(undefined);
              run();
            }}
          >
            {checked === undefined ? null : <Icon name={checked ? 'check' : 'blank'} />}
            <Hostile text={label} />
          </button>
        </li>
      ))}
    </ul>
  );
}

export function ContextMenu() {
  const menu = useStore(useWorkbench().contextMenu);
  return menu === undefined ? null : <Shown menu={menu} />;
}
