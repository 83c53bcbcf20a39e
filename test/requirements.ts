/** Tests that need more than npm's packages bring: what it is, is declared in scripts/test-requirements.mjs. */
import { describe, inject } from 'vitest';
import type { RequirementId } from '../scripts/test-requirements.mjs';

declare module 'vitest' {
  interface TestTags {
    readonly requirement: RequirementId;
  }
  interface ProvidedContext {
    /** Requirements that are not met on this machine (vitest.config.ts). */
    readonly lacking: readonly RequirementId[];
  }
}

/**
 * `describe` for tests that need something: without it they are skipped. The tags say of each skipped test why, and the run then says how to get
 * what is missing. Whatever is inside is still collected: it must use what it needs in tests and hooks only.
 */
export function describeNeeding(ids: RequirementId | readonly RequirementId[], name: string, define: () => void): void {
  const all = typeof ids === 'string' ? [ids] : [...ids];
  const isLacking = all.some((id) => inject('lacking').includes(id));
  describe.skipIf(isLacking)(name, { tags: all }, define);
}
