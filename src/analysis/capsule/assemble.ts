/** Puts a capsule together and signs it. The same parts and key give the same bytes. */
import { createHash, type KeyObject } from 'node:crypto';
import { defined } from '../../shared/defined.ts';
import { caseMediaType, caseMember, caseMembers } from '../formats/dumpcase-layout.ts';
import { keyIdOf, signEnvelope } from '../integrity/dsse.ts';
import { memoryRootVersion } from '../memory-tree/digest.ts';
import type { CitedProofs } from '../page-index/cited-proofs.ts';
import { packCase } from './container.ts';
import { caseJson, casePayloadType, casePredicateType, caseStatementType, type CaseProofs, type CaseStatement } from './statement.ts';

export interface CaseParts {
  readonly tool: CaseStatement['predicate']['tool'];
  readonly dump: CaseStatement['predicate']['dump'];
  /** Texts of members. */
  readonly texts: Readonly<Partial<Record<keyof typeof caseMember, string>>>;
  /** Pages with the attestation of the root that they lead to. */
  readonly cited?: { readonly proofs: CitedProofs; readonly attestation: string; readonly attester: KeyObject };
}

const pem = (key: KeyObject): string => key.export({ type: 'spki', format: 'pem' }).toString();

function proofsDocument({ root, leaves, pages }: CitedProofs): CaseProofs {
  return {
    memoryRoot: root,
    version: memoryRootVersion,
    leaves,
    pages: pages.map(({ pfn, kind, path }) => ({ pfn, kind, path: path.map((digest) => digest.toString('hex')) })),
  };
}

/**
 * @param file for messages
 * @throws DumpError unsupported when it would be too large
 */
export function assembleCase(
  { tool, dump, texts, cited }: CaseParts,
  keys: { readonly privateKey: KeyObject; readonly publicKey: KeyObject },
  file: string,
): Buffer {
  const contents = new Map<string, Uint8Array>();
  const put = (name: string, bytes: string | Uint8Array): void => {
    contents.set(name, typeof bytes === 'string' ? Buffer.from(bytes) : bytes);
  };
  put(caseMember.signer, pem(keys.publicKey));
  for (const [member, text] of Object.entries(texts)) put(caseMember[member as keyof typeof caseMember], text);
  if (cited !== undefined) {
    put(caseMember.attestation, cited.attestation);
    put(caseMember.attester, pem(cited.attester));
    put(caseMember.proofs, caseJson(proofsDocument(cited.proofs)));
    const pages = cited.proofs.pages.flatMap(({ bytes }) => bytes ?? []);
    if (pages.length > 0) put(caseMember.pages, Buffer.concat(pages));
  }
  const statement: CaseStatement = {
    _type: caseStatementType,
    subject: caseMembers.flatMap((name) => {
      const bytes = contents.get(name);
      return bytes === undefined ? [] : [{ name, digest: { sha256: createHash('sha256').update(bytes).digest('hex') } }];
    }),
    predicateType: casePredicateType,
    predicate: {
      tool,
      dump,
      ...defined({ memoryRoot: cited && ({ version: memoryRootVersion, root: cited.proofs.root, leaves: cited.proofs.leaves } as const) }),
      citedPages: cited?.proofs.pages.length ?? 0,
    },
  };
  const envelope = signEnvelope(casePayloadType, Buffer.from(JSON.stringify(statement)), keys.privateKey, keyIdOf(keys.publicKey));
  put(caseMember.statement, caseJson(envelope));
  put(caseMember.mediaType, caseMediaType);
  return packCase(contents, file);
}
