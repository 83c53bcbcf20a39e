import { describe, expect, it } from 'vitest';
import type { TypeMembersJson } from '../../../src/shared/type-members-model.ts';
import { createTypeTree, typeTreeRows, type AskLevel } from '../../../src/renderer/state/type-tree.ts';

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const level = (members: TypeMembersJson['members'], more: Partial<TypeMembersJson> = {}): TypeMembersJson => ({
  schema: 1,
  name: 'struct one',
  members,
  total: members.length,
  ...more,
});

const answers: Readonly<Record<string, TypeMembersJson>> = {
  one: level([
    { name: 'list', depth: 0, offset: 8, size: 16, opens: { type: { id: 2 }, how: 'members' } },
    {
      name: 'next',
      depth: 0,
      offset: 24,
      size: 8,
      value: '0x5000',
      opens: { type: { id: 3 }, how: 'target' },
      place: { space: 'virtual', address: '0x5000' },
    },
  ]),
  '2/0': level([{ name: 'prev', depth: 0, offset: 8, size: 8 }], { total: 2, next: 1 }),
  '2/1': level([{ name: 'last', depth: 0, offset: 9, size: 1 }], { total: 2 }),
  '3/0': level([{ name: 'far', depth: 0, offset: 4, size: 4 }]),
};

describe('a structure as a tree', () => {
  const asked: (string | undefined)[] = [];
  const ask: AskLevel = (type, place, start) => {
    asked.push(place === undefined ? undefined : `${place.space} ${place.cpu ?? ''} ${place.address.toString(16)}`);
    const answer = answers['name' in type ? type.name : 'id' in type ? `${type.id}/${start}` : ''];
    return answer === undefined ? Promise.reject(new Error('no such type\nmore')) : Promise.resolve(answer);
  };
  const shown = (tree: ReturnType<typeof createTypeTree>) =>
    typeTreeRows(tree.state.get()).map(
      (row) => `${row.level} ${row.kind === 'member' ? `${row.member.name} ${row.position?.address.toString(16)}` : row.kind}`,
    );
  const press = async (tree: ReturnType<typeof createTypeTree>, name: string): Promise<void> => {
    const row = typeTreeRows(tree.state.get()).find((one) => one.kind === 'member' && one.member.name === name);
    if (row !== undefined) tree.toggle(row);
    await settled();
  };

  it('opens structs in place, and pointers at their targets', async () => {
    const tree = createTypeTree(ask, { name: 'one' }, { space: 'absolute', cpu: 1, address: 0x100n, length: 1 });
    expect(shown(tree)).toEqual(['1 asking']);
    await settled();
    await press(tree, 'list');
    await press(tree, 'next');
    expect(shown(tree)).toEqual(['1 list 108', '2 prev 110', '2 more', '1 next 118', '2 far 5004']);
    expect(asked).toEqual(['absolute 1 100', 'absolute 1 108', 'virtual 1 5000']);
    tree.more('/0');
    await settled();
    expect(shown(tree)).toContain('2 last 111');
    await press(tree, 'list');
    expect(shown(tree)).toEqual(['1 list 108', '1 next 118', '2 far 5004']);
  });

  it('says why a level cannot be shown, and needs no memory for a layout', async () => {
    const none = createTypeTree(ask, { name: 'two' }, undefined);
    await settled();
    expect(typeTreeRows(none.state.get())).toMatchObject([{ kind: 'failed', why: 'no such type' }]);
    const layout = createTypeTree(ask, { name: 'one' }, undefined);
    await settled();
    await press(layout, 'next');
    expect(shown(layout)).toEqual(['1 list undefined', '1 next undefined', '2 far undefined']);
  });
});
