/**
 * The minimal parts of the text editor for the text view and the SQL editor. Imported lazily by the components that show an editor. Its worker is
 * loaded from the page's own origin (the content security policy allows nothing else).
 */
import 'monaco-editor/features/clipboard/register.js';
import 'monaco-editor/features/codicon/register.js';
import 'monaco-editor/features/contextmenu/register.js';
import 'monaco-editor/features/find/register.js';
import 'monaco-editor/features/gotoLine/register.js';
import 'monaco-editor/features/unicodeHighlighter/register.js';
import 'monaco-editor/features/wordHighlighter/register.js';
// Typing and completion, for the SQL editor. Imported here, because services registered after the first editor are never found.
import 'monaco-editor/features/bracketMatching/register.js';
import 'monaco-editor/features/caretOperations/register.js';
import 'monaco-editor/features/comment/register.js';
import 'monaco-editor/features/linesOperations/register.js';
import 'monaco-editor/features/snippet/register.js';
import 'monaco-editor/editor/contrib/suggest/browser/suggestController.js';
import 'monaco-editor/features/wordOperations/register.js';
import 'monaco-editor/languages/definitions/sql/register.js';
import { editor, languages } from 'monaco-editor/editor.js';
import EditorWorker from 'monaco-editor/editor/editor.worker.js?worker';
import type { ShownTheme } from '../../state/theme.ts';

declare global {
  interface Window {
    MonacoEnvironment?: { readonly getWorker: () => Worker };
  }
}

window.MonacoEnvironment = { getWorker: () => new EditorWorker({ name: 'text view' }) };

/** Key, optional argument, value: SYMBOL(init_uts_ns)=5b3918. */
export const vmcoreinfoLanguage = 'vmcoreinfo';
languages.register({ id: vmcoreinfoLanguage });
languages.setMonarchTokensProvider(vmcoreinfoLanguage, {
  tokenizer: {
    root: [
      [/^([A-Z_a-z][\w-]*)(\()([^)=]*)(\))/, ['keyword', 'delimiter', 'identifier', 'delimiter']],
      [/^[A-Z_a-z][\w.-]*/, 'identifier'],
      [/=/, { token: 'delimiter', next: '@value' }],
    ],
    value: [
      [/-?(0x)?[0-9a-f]+$/, { token: 'number', next: '@pop' }],
      [/.+$/, { token: 'string', next: '@pop' }],
      [/$/, { token: '', next: '@pop' }],
    ],
  },
});

/** Editor theme from the current tokens. */
export function applyTheme(shown: ShownTheme): void {
  const style = getComputedStyle(document.documentElement);
  const colour = (name: string): string => style.getPropertyValue(name).trim();
  const bare = (name: string): string => colour(name).slice(1);
  const name = `dumpbench-${shown}`;
  editor.defineTheme(name, {
    base: shown === 'light' ? 'vs' : shown === 'contrast' ? 'hc-black' : 'vs-dark',
    inherit: false,
    rules: [
      { token: '', foreground: bare('--text') },
      { token: 'keyword', foreground: bare('--dim') },
      { token: 'identifier', foreground: bare('--text') },
      { token: 'delimiter', foreground: bare('--faint') },
      { token: 'number', foreground: bare('--text') },
      { token: 'string', foreground: bare('--text') },
      { token: 'keyword.sql', foreground: bare('--text'), fontStyle: 'bold' },
      { token: 'operator.sql', foreground: bare('--dim') },
      { token: 'comment', foreground: bare('--faint'), fontStyle: 'italic' },
    ],
    colors: {
      'editor.background': colour('--bg'),
      'editor.foreground': colour('--text'),
      'editorLineNumber.foreground': colour('--faint'),
      'editorLineNumber.activeForeground': colour('--text'),
      'editor.lineHighlightBackground': colour('--hover'),
      'editor.selectionBackground': colour('--select'),
      'editor.findMatchBackground': colour('--marked'),
      'editor.findMatchHighlightBackground': colour('--marked'),
      'editorWidget.background': colour('--raised'),
      'editorWidget.border': colour('--line'),
      'editorWidget.foreground': colour('--text'),
      'editorCursor.foreground': colour('--text'),
      'editorBracketMatch.background': colour('--select'),
      'editorBracketMatch.border': colour('--line'),
      'editorSuggestWidget.background': colour('--raised'),
      'editorSuggestWidget.border': colour('--line'),
      'editorSuggestWidget.foreground': colour('--text'),
      'editorSuggestWidget.selectedBackground': colour('--chosen'),
      'editorSuggestWidget.selectedForeground': colour('--text'),
      'editorSuggestWidget.highlightForeground': colour('--accent'),
      'editorSuggestWidget.focusHighlightForeground': colour('--accent'),
      'input.background': colour('--bg'),
      'input.foreground': colour('--text'),
      'input.border': colour('--line'),
      focusBorder: colour('--accent'),
      'diffEditor.removedLineBackground': colour('--removed-line'),
      'diffEditor.insertedLineBackground': colour('--added-line'),
      'diffEditor.removedTextBackground': colour('--removed'),
      'diffEditor.insertedTextBackground': colour('--added'),
      'diffEditor.diagonalFill': colour('--line'),
      'diffEditor.border': colour('--line'),
      'scrollbarSlider.background': colour('--line'),
      'scrollbarSlider.hoverBackground': colour('--faint'),
      'menu.background': colour('--raised'),
      'menu.foreground': colour('--text'),
      'menu.selectionBackground': colour('--select'),
    },
  });
  editor.setTheme(name);
}

export interface TextEditor {
  readonly setText: (text: string) => void;
  readonly dispose: () => void;
}

/** A read-only editor in an element. The text must have gone through visibleText. */
export function createTextEditor(host: HTMLElement, text: string, language: string, label: string): TextEditor {
  const model = editor.createModel(text, language);
  const made = editor.create(host, {
    model,
    readOnly: true,
    domReadOnly: true,
    ariaLabel: label,
    automaticLayout: true,
    fontFamily: 'var(--font-code)',
    fontSize: 12,
    lineHeight: 18,
    fontLigatures: false,
    lineNumbersMinChars: 4,
    minimap: { enabled: false },
    scrollBeyondLastLine: false,
    renderLineHighlight: 'line',
    folding: false,
    wordWrap: 'off',
    links: false,
    contextmenu: true,
    tabFocusMode: true,
    // Invisible characters have already been made visible; letters of other scripts are still marked.
    unicodeHighlight: { ambiguousCharacters: true, invisibleCharacters: true, nonBasicASCII: true },
    stickyScroll: { enabled: false },
    overviewRulerBorder: false,
    overviewRulerLanes: 0,
    hideCursorInOverviewRuler: true,
    padding: { top: 8, bottom: 8 },
  });
  return {
    setText: (next) => model.setValue(next),
    dispose() {
      made.dispose();
      model.dispose();
    },
  };
}
