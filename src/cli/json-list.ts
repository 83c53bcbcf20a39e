/** JSON documents with one list that is too long for memory: its members are written as they arrive, the rest of the document at the end. */
import { Cancelled } from '../shared/rpc.ts';
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

/** How a document that ends early reports it; the exit code is not 0 then (docs/contract.md section 3). */
const earlyEnd = (error: unknown): object => ({
  error: { kind: error instanceof Cancelled ? 'interrupted' : 'incomplete', message: error instanceof Error ? error.message : String(error) },
});

/** Members of an object after a list of its own, and the brace that closes the object. */
const rest = (members: object, indent: string): string => {
  const document = indented(members, indent);
  return document === '{}' ? `\n${indent}}` : `,${document.slice(1)}`;
};

/** Documents that have been started and not ended, by their output. */
const begunDocuments = new WeakMap<CliIo, (error: unknown) => void>();

/** Ends a document that its command left in the middle: what is on standard output stays one JSON document, and says that it is incomplete. */
export function endBegunDocument(io: CliIo, error: unknown): void {
  const end = begunDocuments.get(io);
  begunDocuments.delete(io);
  end?.(error);
}

/** Nothing more can be written where writing is what failed. */
function outIfPossible(io: CliIo, text: string): void {
  try {
    io.out(text);
  } catch {
    // The first error is the one that is reported.
  }
}

/** @param name of the list, the first member of the document after its schema */
export function printJsonList(io: CliIo, schema: number, name: string): JsonList {
  const list = listWriter(io, `{\n  "schema": ${schema},\n  ${JSON.stringify(name)}: [`, '  ');
  const begin = (): void => {
    begunDocuments.set(io, (error) => outIfPossible(io, `${list.close()}${rest(earlyEnd(error), '')}\n`));
  };
  return {
    add(members) {
      if (members.length > 0) begin();
      list.add(members);
    },
    async addWithList(member, inner, pages) {
      begin();
      const document = indented(member, '    ').slice(0, -'\n    }'.length);
      const members = listWriter(io, `${list.next()}${document},\n      ${JSON.stringify(inner)}: [`, '      ');
      try {
        for await (const page of pages) members.add(page);
      } catch (error) {
        outIfPossible(io, `${members.close()}${rest(earlyEnd(error), '    ')}`);
        throw error;
      }
      io.out(`${members.close()}\n    }`);
    },
    end(others) {
      begunDocuments.delete(io);
      io.out(`${list.close()}${rest(others, '')}\n`);
    },
  };
}
