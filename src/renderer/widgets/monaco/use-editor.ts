/** An editor in a component: loaded when the first one is shown, recreated when its contents change, removed with the component. */
import { useEffect, useEffectEvent, useRef, useState, type RefObject } from 'react';
import { useWorkbench } from '../../workbench.ts';

export interface MountedEditor {
  readonly host: RefObject<HTMLDivElement | null>;
  /** Until then the text is not on screen. */
  readonly ready: boolean;
}

/**
 * @param key identifies the editor's contents: another one recreates it
 * @param load imports the editor and returns a function that creates it in an element; that in turn returns a function that removes it
 */
export function useEditor(key: string, load: () => Promise<(host: HTMLElement) => () => void>): MountedEditor {
  const { tell } = useWorkbench();
  const host = useRef<HTMLDivElement>(null);
  const [ready, setReady] = useState(false);
  const loaded = useEffectEvent(load);
  useEffect(() => {
    let over = false;
    let dispose: (() => void) | undefined;
    loaded().then((make) => {
      if (over || host.current === null) return;
      dispose = make(host.current);
      setReady(true);
    }, tell);
    return () => {
      over = true;
      setReady(false);
      dispose?.();
    };
  }, [key, tell]);
  return { host, ready };
}
