/** The SQL editor: Monaco with editing, completion and SQL keywords in addition to what the text view has. Imported lazily. */
import { editor, KeyCode, KeyMod, languages } from 'monaco-editor/editor.js';
import '../../widgets/monaco/monaco-setup.ts';
import type { SqlSuggestion } from './sql-completion.ts';

/** The data for completing a model's query. */
const suggesters = new WeakMap<editor.ITextModel, (before: string, query: string) => readonly SqlSuggestion[]>();

const kinds = {
  table: languages.CompletionItemKind.Struct,
  function: languages.CompletionItemKind.Function,
  column: languages.CompletionItemKind.Field,
  keyword: languages.CompletionItemKind.Keyword,
} as const;
/** Columns before tables before functions before keywords. */
const order = { column: '0', table: '1', function: '2', keyword: '3' } as const;

languages.registerCompletionItemProvider('sql', {
  triggerCharacters: ['.', ' '],
  provideCompletionItems(model, position) {
    const before = model.getValueInRange({ startLineNumber: 1, startColumn: 1, endLineNumber: position.lineNumber, endColumn: position.column });
    const word = model.getWordUntilPosition(position);
    const range = { startLineNumber: position.lineNumber, endLineNumber: position.lineNumber, startColumn: word.startColumn, endColumn: word.endColumn };
    const suggestions = (suggesters.get(model)?.(before, model.getValue()) ?? []).map((one) => ({
      label: { label: one.label, description: one.detail },
      kind: kinds[one.kind],
      insertText: one.insert,
      documentation: one.about,
      sortText: `${order[one.kind]}${one.label}`,
      range,
    }));
    return { suggestions };
  },
});

export interface SqlEditor {
  readonly text: () => string;
  readonly setText: (text: string) => void;
  readonly insert: (text: string) => void;
  readonly focus: () => void;
  readonly dispose: () => void;
}

export interface SqlEditorOptions {
  readonly text: string;
  readonly label: string;
  readonly suggest: (before: string, query: string) => readonly SqlSuggestion[];
  readonly onChange: (text: string) => void;
  /** Ctrl+Enter, on a Mac Command+Enter. */
  readonly onRun: () => void;
}

export function createSqlEditor(host: HTMLElement, options: SqlEditorOptions): SqlEditor {
  const model = editor.createModel(options.text, 'sql');
  suggesters.set(model, options.suggest);
  const made = editor.create(host, {
    model,
    ariaLabel: options.label,
    automaticLayout: true,
    fontFamily: 'var(--font-code)',
    fontSize: 12,
    lineHeight: 18,
    fontLigatures: false,
    lineNumbersMinChars: 3,
    minimap: { enabled: false },
    scrollBeyondLastLine: false,
    renderLineHighlight: 'none',
    folding: false,
    bracketPairColorization: { enabled: false },
    quickSuggestions: { other: true, comments: false, strings: false },
    wordWrap: 'on',
    links: false,
    // Tab moves on to the results, as everywhere in the window; completion is accepted with Enter.
    tabFocusMode: true,
    acceptSuggestionOnEnter: 'on',
    wordBasedSuggestions: 'off',
    fixedOverflowWidgets: true,
    unicodeHighlight: { ambiguousCharacters: true, invisibleCharacters: true, nonBasicASCII: false },
    stickyScroll: { enabled: false },
    overviewRulerBorder: false,
    overviewRulerLanes: 0,
    hideCursorInOverviewRuler: true,
    padding: { top: 8, bottom: 8 },
  });
  made.addAction({
    id: 'sql.run',
    label: 'Run the query',
    keybindings: [KeyMod.CtrlCmd | KeyCode.Enter],
    run() {
      // Suggestions would cover the rows.
      made.trigger('sql.run', 'hideSuggestWidget', undefined);
      options.onRun();
    },
  });
  const listening = model.onDidChangeContent(() => options.onChange(model.getValue()));
  return {
    text: () => model.getValue(),
    setText: (text) => model.setValue(text),
    insert(text) {
      made.executeEdits('insert', [{ range: made.getSelection() ?? model.getFullModelRange(), text, forceMoveMarkers: true }]);
      made.focus();
    },
    focus: () => made.focus(),
    dispose() {
      listening.dispose();
      made.dispose();
      model.dispose();
    },
  };
}
