/** Monaco's diff editor, read-only. Imported lazily, by DiffTextView. */
import 'monaco-editor/features/diffEditor/register.js';
import { editor } from 'monaco-editor/editor.js';
import type { ShownTheme } from '../../state/theme.ts';
import { applyTheme } from './monaco-setup.ts';

export interface DiffView {
  readonly step: (by: 1 | -1) => void;
  readonly dispose: () => void;
}

/** The texts must have gone through visibleText. */
export function createDiffView(host: HTMLElement, left: string, right: string, label: string, shown: ShownTheme): DiffView {
  applyTheme(shown);
  const original = editor.createModel(left, 'plaintext');
  const modified = editor.createModel(right, 'plaintext');
  const made = editor.createDiffEditor(host, {
    readOnly: true,
    originalEditable: false,
    domReadOnly: true,
    ariaLabel: label,
    originalAriaLabel: `${label}: left`,
    modifiedAriaLabel: `${label}: right`,
    automaticLayout: true,
    renderSideBySide: true,
    useInlineViewWhenSpaceIsLimited: false,
    hideUnchangedRegions: { enabled: true },
    renderMarginRevertIcon: false,
    // Plus and minus signs would imply that the right side is newer.
    renderIndicators: false,
    // Every difference counts, including white space.
    ignoreTrimWhitespace: false,
    fontFamily: 'var(--font-code)',
    fontSize: 12,
    lineHeight: 18,
    minimap: { enabled: false },
    scrollBeyondLastLine: false,
    links: false,
    tabFocusMode: true,
  });
  made.setModel({ original, modified });
  return {
    step: (by) => made.goToDiff(by === 1 ? 'next' : 'previous'),
    dispose() {
      made.dispose();
      original.dispose();
      modified.dispose();
    },
  };
}
