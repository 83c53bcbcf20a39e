/** /proc/iomem of the guest: where its kernel and its crashkernel memory lie. */
import type { Answers } from './answers.ts';
import type { Facts } from './facts.ts';
import type { Oracle } from './oracle-suite.ts';

const line = /^ *([0-9a-f]+)-([0-9a-f]+) : (.+)$/;
const hexOf = (value: bigint): string => `0x${value.toString(16)}`;

function stated(text: string): Facts {
  const facts = new Map<string, string>();
  for (const [start, end, name] of text.split('\n').flatMap((one) => {
    const match = line.exec(one);
    return match?.[1] === undefined || match[2] === undefined ? [] : [[BigInt(`0x${match[1]}`), BigInt(`0x${match[2]}`) + 1n, match[3]] as const];
  })) {
    if (name === 'Crash kernel') facts.set('crashkernel', `${hexOf(start)}-${hexOf(end)}`);
    if (name === 'Kernel code') facts.set('image start', hexOf(start));
    if (name === 'Kernel bss') facts.set('image end', hexOf(end));
  }
  return facts;
}

function answered({ info, regions }: Answers): Facts {
  const facts = new Map<string, string>();
  const { crashkernel } = info.memory;
  const image = regions.find(({ kind }) => kind === 'kernel');
  if (crashkernel !== undefined) facts.set('crashkernel', `${crashkernel.start}-${crashkernel.end}`);
  if (image !== undefined) facts.set('image start', image.start).set('image end', image.end);
  return facts;
}

export const iomem: Oracle = {
  name: '/proc/iomem',
  stated,
  answered,
  judged: (pointer, facts) => pointer.startsWith('/info/memory/crashkernel/') && facts.has('crashkernel'),
};
