/** JSON documents with one list that is too long to be held: its members are written as they come, the rest of the document at the end. */
import { visibleJson } from '../shared/visible-text.ts';
import { writtenAtOnce, type CliIo } from './io.ts';

export interface JsonList {
  readonly add: (members: readonly unknown[]) => void;
  /** A member that is an object whose last list is too long as well. @param name of the list, which `member` lacks */
  readonly addWithList: (member: object, name: string, pages: AsyncIterable<readonly unknown[]>) => Promise<void>;
  readonly end: (rest: object) => void;
}

const indented = (value: unknown, indent: string): string => visibleJson(value).replaceAll('\n', `\n${indent}`);

/** Writes members of a list that `open` begins. @returns how it is given more of them, and the text that closes it */
function listWriter(io: CliIo, open: string, indent: string): { readonly add: JsonList['add']; readonly next: () => string; readonly close: () => string } {
  let begun = false;
  const next = (): string => {
    const text = `${begun ? ',' : open}\n${indent}  `;
    begun = true;
    return text;
  };
  return {
    next,
    add(members) {
      let text = '';
      for (const member of members) {
        text += `${next()}${indented(member, `${indent}  `)}`;
        // A list of large members is a long text.
        if (text.length < writtenAtOnce) continue;
        io.out(text);
        text = '';
      }
      if (text !== '') io.out(text);
    },
    close: () => (begun ? `\n${indent}]` : `${open}]`),
  };
}

/** @param name of the list, the first member of the document after its schema */
export function printJsonList(io: CliIo, schema: number, name: string): JsonList {
  const list = listWriter(io, `{\n  "schema": ${schema},\n  ${JSON.stringify(name)}: [`, '  ');
  return {
    add: list.add,
    async addWithList(member, inner, pages) {
      const document = indented(member, '    ').slice(0, -'\n    }'.length);
      const members = listWriter(io, `${list.next()}${document},\n      ${JSON.stringify(inner)}: [`, '      ');
      for await (const page of pages) members.add(page);
      io.out(`${members.close()}\n    }`);
    },
    end(rest) {
      const document = visibleJson(rest);
      io.out(`${list.close()}${document === '{}' ? '\n}' : `,${document.slice(1)}`}\n`);
    },
  };
}
