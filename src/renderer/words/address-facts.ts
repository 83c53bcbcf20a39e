/** What the card of an address says about each fact, and where its links lead. */
import type { AddressFact, AddressJson } from '../../shared/address-model.ts';
import { groupedHex } from './numbers.ts';
import { kernelPosition, type Position } from '../state/position.ts';

export const factTitles: Readonly<Record<AddressFact['kind'], string>> = {
  symbol: 'symbol',
  lowcore: 'lowcore',
  'per-cpu': 'per-CPU',
  task: 'task',
  stack: 'stack',
  slab: 'slab',
  page: 'page',
  vmalloc: 'vmalloc',
  module: 'module',
  memory: 'memory',
};

export interface FactLink {
  readonly text: string;
  readonly position: Position;
  /** The kernel type of the object there. */
  readonly type?: string;
}

/** Places that a fact names besides the address itself. */
export function factLinks(fact: AddressFact): readonly FactLink[] {
  switch (fact.kind) {
    case 'task':
      return [{ text: 'task_struct', position: kernelPosition(fact.task), type: 'task_struct' }];
    case 'stack':
      return [
        { text: 'its start', position: kernelPosition(fact.start) },
        ...(fact.task === undefined ? [] : [{ text: 'task_struct', position: kernelPosition(fact.task), type: 'task_struct' }]),
      ];
    case 'slab':
      return [
        { text: 'object', position: kernelPosition(fact.object, Math.max(1, fact.objectSize)) },
        { text: 'kmem_cache', position: kernelPosition(fact.cacheAddress), type: 'kmem_cache' },
      ];
    case 'page':
      return [{ text: 'struct page', position: kernelPosition(fact.page), type: 'page' }];
    case 'vmalloc':
    case 'module':
      return [{ text: 'its start', position: kernelPosition(fact.start) }];
    case 'memory':
      return [{ text: 'show it there', position: { space: 'absolute', address: BigInt(fact.absolute), length: 8 } }];
    case 'per-cpu':
    case 'lowcore':
    case 'symbol':
      return [];
  }
}

/** Bytes in the form in which the hex view selects them. */
export const answerPosition = ({ space, address, cpu }: AddressJson): Position => ({
  space,
  address: BigInt(address),
  length: 8,
  ...(space === 'real' && cpu !== undefined ? { cpu } : {}),
});

/** Whether instructions may be there: at a symbol, or in a module. */
export const mayBeCode = ({ space, facts }: AddressJson): boolean => space === 'virtual' && facts.some(({ kind }) => kind === 'symbol' || kind === 'module');

/** "virtual:0x00000000 000003ff, interpreted as a kernel address": the space is part of every address. */
export const answerTitle = ({ space, address, cpu }: AddressJson): string =>
  `${space}${cpu === undefined ? '' : `(${cpu})`}:${groupedHex(address)}${space === 'virtual' ? ', interpreted as a kernel address' : ''}`;
