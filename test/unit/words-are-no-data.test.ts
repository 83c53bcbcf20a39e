/** English is never data: no door reads what the engine says, and the engine says nothing of the doors' options. */
import { globSync, readFileSync } from 'node:fs';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { attachmentOptions } from '../../src/cli/attachment-options.ts';
import { commands } from '../../src/cli/commands/index.ts';

const root = new URL('../../', import.meta.url).pathname;
const filesOf = (...folders: readonly string[]): readonly string[] =>
  folders.flatMap((folder) => globSync(`src/${folder}/**/*.{ts,tsx}`, { cwd: root })).filter((file) => !file.includes('/assembly/'));

function eachNode(file: string, visit: (node: ts.Node, source: ts.SourceFile) => void): void {
  const source = ts.createSourceFile(
    file,
    readFileSync(`${root}${file}`, 'utf8'),
    ts.ScriptTarget.Latest,
    true,
    file.endsWith('x') ? ts.ScriptKind.TSX : ts.ScriptKind.TS,
  );
  const walk = (node: ts.Node): void => {
    visit(node, source);
    ts.forEachChild(node, walk);
  };
  walk(source);
}

/** Members of the engine's answers and errors that hold sentences. */
const sentences = /(?:^|[.?!])(?:message|detail|reason|reasons|remark|remarks|phase|why|what|expected|failure|outcome)\b(?:[^.]*)$/;
const readers = new Set(['includes', 'startsWith', 'endsWith', 'indexOf', 'lastIndexOf', 'match', 'matchAll', 'search']);

/** A text that is looked into for a word. Where it is filtered by what a person types, the word is no literal. */
function readsSentence(node: ts.Node, source: ts.SourceFile): boolean {
  if (!ts.isCallExpression(node) || !ts.isPropertyAccessExpression(node.expression)) return false;
  const { expression: object, name } = node.expression;
  const [argument] = node.arguments;
  if (readers.has(name.text))
    return (
      argument !== undefined &&
      (ts.isStringLiteralLike(argument) || argument.kind === ts.SyntaxKind.RegularExpressionLiteral) &&
      sentences.test(object.getText(source))
    );
  if (object.kind !== ts.SyntaxKind.RegularExpressionLiteral || (name.text !== 'exec' && name.text !== 'test')) return false;
  return argument !== undefined && sentences.test(argument.getText(source).replace(/ \?\? .*$/, ''));
}

describe('what is said', () => {
  it('is read by no door: kinds, ids and remedies are for that', () => {
    const found: string[] = [];
    for (const file of filesOf('renderer', 'cli', 'main', 'preload'))
      eachNode(file, (node, source) => {
        if (readsSentence(node, source)) found.push(`${file}: ${node.getText(source)}`);
      });
    expect(found).toEqual([]);
    // The twins: what there was once is seen.
    for (const line of ["error.message.includes('no page index')", "/^check (.+)$/.exec(running?.meter?.progress.phase ?? '')"]) {
      const source = ts.createSourceFile('twin.ts', line, ts.ScriptTarget.Latest, true);
      const [statement] = source.statements;
      expect(statement !== undefined && ts.isExpressionStatement(statement) && readsSentence(statement.expression, source), line).toBe(true);
    }
  });

  it('names no command-line option where other doors show it too', () => {
    const flags = [...commands.flatMap(({ options = [] }) => options), ...attachmentOptions].map(({ flags: text }) => text);
    const ours = new Set(['--json', '--quiet', '--no-color', '--help', '--volume', '--view', ...flags.flatMap((text) => text.match(/--[a-z][a-z-]+/g) ?? [])]);
    expect(ours.size).toBeGreaterThan(30);
    const named = (text: string): boolean => [...text.matchAll(/(?<![\w-])--[a-z][a-z-]+/g)].some(([option]) => ours.has(option));
    const found: string[] = [];
    for (const file of filesOf('analysis', 'shared', 'renderer'))
      eachNode(file, (node, source) => {
        if (!ts.isStringLiteralLike(node) && !ts.isTemplateHead(node) && !ts.isTemplateMiddleOrTemplateTail(node) && !ts.isJsxText(node)) return;
        // What other programs are called with helps where only they can help.
        if (named(node.text) && !/\b(?:virsh|VBoxManage) /.test(node.text)) found.push(`${file}: ${node.getText(source)}`);
      });
    expect(found).toEqual([]);
  });
});
