/** Two texts side by side with their differences, read-only. The editor is loaded when the first ones are shown. */
import { useEffect, useRef, useState } from 'react';
import { visibleText } from '../../../shared/visible-text.ts';
import { useStore } from '../../state/use-store.ts';
import { useWorkbench } from '../../workbench.ts';
import './text-view.css';

interface DiffTextViewProps {
  readonly left: string;
  readonly right: string;
  readonly label: string;
}

export function DiffTextView({ left, right, label }: DiffTextViewProps) {
  const { themes, tell } = useWorkbench();
  const { shown } = useStore(themes.state);
  const host = useRef<HTMLDivElement>(null);
  const [ready, setReady] = useState(false);
  const [one, other] = [visibleText(left), visibleText(right)];

  useEffect(() => {
    let over = false;
    let dispose: (() => void) | undefined;
    import('./monaco-diff.ts').then(({ createDiffView }) => {
      if (over || host.current === null) return;
      dispose = createDiffView(host.current, one, other, label, shown);
      setReady(true);
    }, tell);
    return () => {
      over = true;
      setReady(false);
      dispose?.();
    };
  }, [one, other, label, shown, tell]);

  return (
    <div className="text-view" data-testid="diff-view" data-ready={ready}>
      <div ref={host} className="text-view-editor" />
    </div>
  );
}
