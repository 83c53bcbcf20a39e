/** Where the pieces of a dump's index are, and the index that is made of them: side by side, in the folder that a person names for any number of dumps. */
import { join } from 'node:path';

const digits = 16;

export const piecesFolder = (within: string, { identity, dumpKey }: { readonly identity: string; readonly dumpKey: string }): string =>
  join(within, `${identity.slice(0, digits)}.${dumpKey.slice(0, digits)}`);

export const joinedFile = (folder: string): string => `${folder}.sqlite`;
