/** A long text with search, read-only. */
import { visibleText } from '../../../shared/visible-text.ts';
import { useStore } from '../../hooks/use-store.ts';
import { useWorkbench } from '../../workbench.ts';
import { useEditor } from './use-editor.ts';
import './text-view.css';

interface TextViewProps {
  readonly text: string;
  readonly language: 'vmcoreinfo' | 'plaintext';
  readonly label: string;
}

export function TextView({ text, language, label }: TextViewProps) {
  const { themes } = useWorkbench();
  const { shown } = useStore(themes.state);
  const safe = visibleText(text);
  const { host, ready } = useEditor(JSON.stringify([safe, language, label, shown]), async () => {
    const { applyTheme, createTextEditor } = await import('./monaco-setup.ts');
    return (element) => {
      applyTheme(shown);
      return createTextEditor(element, safe, language, label).dispose;
    };
  });
  return (
    <div className="text-view" data-testid="text-view" data-ready={ready}>
      <div ref={host} className="text-view-editor" />
      {ready ? null : <pre className="text-view-plain code">{safe}</pre>}
    </div>
  );
}
