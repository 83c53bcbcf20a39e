/** Members that may be undefined become members that may be absent. */
type Defined<T> = { [K in keyof T as undefined extends T[K] ? never : K]: T[K] } & {
  [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined>;
};

/**
 * The members of an object that are not undefined, in their order: `{ start, ...defined({ cpu, title }) }` has no `cpu` where none is
 * known. It makes an object a call: what runs for every page or segment of a dump spells its members out instead.
 */
export function defined<const T extends object>(members: T): Defined<T> {
  const kept: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(members)) if (value !== undefined) kept[name] = value;
  return kept as Defined<T>;
}
