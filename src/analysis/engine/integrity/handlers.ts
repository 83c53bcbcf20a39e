/** The engine's methods about integrity, and about what is handed on of it. */
import type { SessionOf, SomeMethods } from '../session/open-sessions.ts';
import { attestDump } from './attest.ts';
import { makeCase, verifyCaseFile } from './capsule.ts';
import { makeManifest } from './manifest.ts';
import { renderReport } from './report.ts';
import { verifySession } from './verify.ts';

export const integrityHandlers = (sessionOf: SessionOf) =>
  ({
    verify: ({ dump, ...request }, context) => verifySession(sessionOf(dump), request, context),
    report: ({ dump, with: other, ...request }, context) => renderReport(sessionOf(dump), other === undefined ? undefined : sessionOf(other), request, context),
    manifest: ({ dump, format }, context) => makeManifest(sessionOf(dump), format, context),
    attest: ({ dump, key }, context) => attestDump(sessionOf(dump), key, context),
    makeCase: ({ dump, ...request }, context) => makeCase(sessionOf(dump), request, context),
    verifyCase: (request) => verifyCaseFile(request),
  }) satisfies SomeMethods;
