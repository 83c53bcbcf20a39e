/** An editor in a component: loaded when the first one is shown, made anew when what it shows changes, taken away with the component. */
import { useEffect, useEffectEvent, useRef, useState, type RefObject } from 'react';
import { useWorkbench } from '../../workbench.ts';

export interface MountedEditor {
  readonly host: RefObject<HTMLDivElement | null>;
  /** Until then the text is not on screen. */
  readonly ready: boolean;
}

/**
 * @param key of what the editor shows: another one makes it anew
 * @param load imports the editor and returns what makes it in an element; that in turn returns what takes it away
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
