/** A long text with search, read-only. The editor itself is loaded when the first text is shown. */
import { useEffect, useRef, useState } from 'react';
import { visibleText } from '../../../shared/visible-text.ts';
import { useStore } from '../../state/use-store.ts';
import { useWorkbench } from '../../workbench.ts';
import './text-view.css';

interface TextViewProps {
  readonly text: string;
  readonly language: 'vmcoreinfo' | 'plaintext';
  readonly label: string;
}

export function TextView({ text, language, label }: TextViewProps) {
  const { themes, tell } = useWorkbench();
  const { shown } = useStore(themes.state);
  const host = useRef<HTMLDivElement>(null);
  const [ready, setReady] = useState(false);
  const safe = visibleText(text);

  useEffect(() => {
    let over = false;
    let dispose: (() => void) | undefined;
    import('./monaco-setup.ts').then(({ applyTheme, createTextEditor }) => {
      if (over || host.current === null) return;
      applyTheme(shown);
      const editor = createTextEditor(host.current, safe, language, label);
      dispose = editor.dispose;
      setReady(true);
    }, tell);
    return () => {
      over = true;
      setReady(false);
      dispose?.();
    };
  }, [safe, language, label, shown, tell]);

  return (
    <div className="text-view" data-testid="text-view" data-ready={ready}>
      <div ref={host} className="text-view-editor" />
      {ready ? null : <pre className="text-view-plain code">{safe}</pre>}
    </div>
  );
}
