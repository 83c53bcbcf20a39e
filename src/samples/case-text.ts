import { CaseArguments } from './case-arguments.ts';
import { CaseDraft } from './case-draft.ts';
import { caseFormats } from './case-formats.ts';
import { caseStatements } from './case-statements.ts';
import { CaseError, splitWords, type Word } from './case-words.ts';

/**
 * Builds the files that a case text describes; README.md lists the statements.
 * @returns file name → bytes; a format of one file names it `dump`
 * @throws CaseError for the first statement that cannot be understood or carried out; it names the line
 */
export function buildCaseFiles(text: string): ReadonlyMap<string, Uint8Array> {
  const draft = new CaseDraft();
  const lines = text.split(/\r?\n/);
  let formatLine = lines.length;
  const editLines: number[] = [];
  lines.forEach((line, index) => {
    atLine(index + 1, () => {
      const [name, ...words] = splitWords(line);
      if (name === undefined) return;
      runStatement(draft, name, words);
      if (name.text === 'format') formatLine = index + 1;
      while (editLines.length < draft.edits.length) editLines.push(index + 1);
    });
  });
  const { format } = draft;
  if (format === undefined) throw new CaseError(lines.length, 'there is no "format" statement');
  const files = atLine(formatLine, () => {
    const build = caseFormats.get(format.name);
    if (build === undefined) throw new Error(`format "${format.name}" is not one of ${[...caseFormats.keys()].join(', ')}`);
    return build(draft, format.options);
  });
  draft.edits.forEach((edit, index) => {
    atLine(editLines[index] ?? 0, () => {
      edit(files);
    });
  });
  return files;
}

/** The one file that a case text describes. Throws CaseError, also when the format makes a set of files. */
export function buildCase(text: string): Uint8Array {
  const files = [...buildCaseFiles(text).values()];
  const [file] = files;
  if (file === undefined || files.length !== 1) throw new CaseError(text.split(/\r?\n/).length, `the case makes ${files.length} files`);
  return file;
}

function runStatement(draft: CaseDraft, name: Word, words: readonly Word[]): void {
  const statement = name.key === undefined ? caseStatements.get(name.text) : undefined;
  if (statement === undefined) throw new Error(`"${name.text}" is not a statement`);
  const values = new CaseArguments(words);
  statement(draft, values);
  values.end();
}

function atLine<T>(line: number, run: () => T): T {
  try {
    return run();
  } catch (error) {
    if (error instanceof CaseError) throw error;
    throw new CaseError(line, error instanceof Error ? error.message : String(error));
  }
}
