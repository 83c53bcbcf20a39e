/** Two texts side by side with their differences, read-only. */
import type { RefObject } from 'react';
import { visibleText } from '../../../shared/visible-text.ts';
import { useStore } from '../../hooks/use-store.ts';
import { useWorkbench } from '../../workbench.ts';
import { useEditor } from './use-editor.ts';
import './text-view.css';

/** Goes to the next or previous difference. */
export type DiffSteps = (by: 1 | -1) => void;

interface DiffTextViewProps {
  readonly left: string;
  readonly right: string;
  /** The newer side, whose extra lines are drawn as added; undefined draws both sides alike. */
  readonly newer: 'left' | 'right' | undefined;
  readonly label: string;
  /** Receives the steps while the texts are on screen. */
  readonly steps?: RefObject<DiffSteps | undefined>;
}

export function DiffTextView({ left, right, newer, label, steps }: DiffTextViewProps) {
  const { themes } = useWorkbench();
  const { shown } = useStore(themes.state);
  const [one, other] = [visibleText(left), visibleText(right)];
  const { host, ready } = useEditor(JSON.stringify([one, other, label, shown]), async () => {
    const { createDiffView } = await import('./monaco-diff.ts');
    return (element) => {
      const { step, dispose } = createDiffView(element, one, other, label, shown);
      if (steps !== undefined) steps.current = step;
      return () => {
        if (steps?.current === step) steps.current = undefined;
        dispose();
      };
    };
  });
  return (
    <div className={`text-view newer-${newer ?? 'unknown'}`} data-testid="diff-view" data-ready={ready}>
      <div ref={host} className="text-view-editor" />
    </div>
  );
}
