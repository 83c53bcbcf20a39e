/** A document that is written a piece at a time is the text that one call would make. */
import { expect, it } from 'vitest';
import { jsonPieces } from '../../../src/cli/json-text.ts';
import { visibleJson } from '../../../src/shared/visible-text.ts';

const member = { text: 'a\n\u001b[31m\u202e"x"', list: [1, [2, [3, { deep: [{}, [], null] }]]], none: undefined, no: false };

it.each([
  ['an object', { schema: 1, dumps: [member, { cpus: [member, member] }], empty: {}, rows: [] }],
  ['a list', [member, null, undefined, 'x', []]],
  ['an object without members', { none: undefined }],
  ['names that have to be escaped', { 'a"\u0007b': { '\u2028': 1 } }],
  ['a number', 7],
])('%s', (_, value) => {
  const pieces = [...jsonPieces(value)];
  expect(pieces.join('')).toBe(visibleJson(value));
});

it('has many pieces where there is much', () => {
  expect([...jsonPieces({ cpus: Array.from({ length: 1000 }, () => member) })].length).toBeGreaterThan(1000);
});
