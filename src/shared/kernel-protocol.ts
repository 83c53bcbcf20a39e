/** Engine methods about the kernel's log, symbols and types. */
import * as v from 'valibot';
import { dmesgSchema, logRecordSchema, structSchema, symbolizeSchema, symbolSchema, symbolsSchema, typeNamesSchema } from './kernel-model.ts';
import { addressSchema } from './address-model.ts';
import { disassemblySchema, mostInstructions } from './code-model.ts';
import { addressSpaces } from './model.ts';
import { count, hexString } from './json-values.ts';
import {
  completionsSchema,
  mostCompletions,
  mostNamedPlaces,
  mostSymbolRows,
  placeNameKinds,
  symbolKinds,
  symbolOrders,
  symbolPageSchema,
} from './symbol-list-model.ts';
import { onView, wireAddress } from './wire-types.ts';

const symbolExpressionEntries = { name: v.string(), offset: v.bigint(), module: v.optional(v.string()) };

export const kernelProtocol = {
  dmesg: {
    /** `stream`: records come with the progress, and the answer holds the rest. `clock`: also the time of day at boot. */
    params: v.strictObject({ ...onView, stream: v.optional(v.boolean()), clock: v.optional(v.boolean()) }),
    result: dmesgSchema,
    progress: v.strictObject({ records: v.array(logRecordSchema) }),
  },
  symbols: {
    /** A name, `*` in it standing for anything; or an address; without either all. `stream`: symbols come with the progress. */
    params: v.strictObject({ ...onView, name: v.optional(v.string()), address: v.optional(wireAddress), stream: v.optional(v.boolean()) }),
    result: symbolsSchema,
    progress: v.strictObject({ symbols: v.array(symbolSchema) }),
  },
  symbolPage: {
    /** Those that fit, in an order, from `start` on. Words as the list takes them: parts of a name, `*` for anything, `0x…` for the symbol there. */
    params: v.strictObject({
      ...onView,
      words: v.optional(v.pipe(v.array(v.pipe(v.string(), v.maxLength(512))), v.maxLength(16))),
      /** Its module; empty for the kernel's own. */
      module: v.optional(v.string()),
      kind: v.optional(v.picklist(symbolKinds)),
      by: v.optional(v.picklist(symbolOrders)),
      descending: v.optional(v.boolean()),
      start: count,
      count: v.pipe(count, v.minValue(1), v.maxValue(mostSymbolRows)),
    }),
    result: symbolPageSchema,
  },
  /** Modules that have symbols, with how many: what a list can be narrowed to. */
  symbolModules: { params: v.strictObject(onView), result: v.strictObject({ modules: v.array(v.strictObject({ name: v.string(), symbols: count })) }) },
  /** What a part of a name can be completed to, by what is known without a search: the likeliest first. */
  completeSymbol: {
    params: v.strictObject({
      ...onView,
      text: v.pipe(v.string(), v.minLength(1), v.maxLength(512)),
      most: v.pipe(count, v.minValue(1), v.maxValue(mostCompletions)),
    }),
    result: completionsSchema,
  },
  /** Tasks of a number, or with a text in their name, of those that are known without a search. */
  completeTask: {
    params: v.strictObject({
      ...onView,
      text: v.pipe(v.string(), v.minLength(1), v.maxLength(64)),
      most: v.pipe(count, v.minValue(1), v.maxValue(mostCompletions)),
    }),
    result: v.strictObject({ tasks: v.array(v.strictObject({ address: hexString, pid: v.optional(count), comm: v.string() })) }),
  },
  /** What lies at places, in a few words each; nothing where nothing is known without a search. */
  namePlaces: {
    params: v.strictObject({
      ...onView,
      places: v.pipe(
        v.array(v.strictObject({ space: v.picklist(['virtual', 'absolute', 'real']), address: wireAddress, cpu: v.optional(count) })),
        v.maxLength(mostNamedPlaces),
      ),
    }),
    /** `at`: which of the places. */
    result: v.strictObject({ names: v.array(v.strictObject({ at: count, kind: v.picklist(placeNameKinds), text: v.string() })) }),
  },
  symbolize: {
    /** `quick`: only what headers, notes and pointers lead to, no scan. */
    params: v.strictObject({ ...onView, quick: v.optional(v.boolean()), addresses: v.pipe(v.array(wireAddress), v.maxLength(65_536)) }),
    result: symbolizeSchema,
  },
  struct: {
    /** A struct, union, enum or typedef, or a member of one by its path: "task_struct.comm", "ext4:ext4_inode_info". With an address its values. */
    params: v.strictObject({
      ...onView,
      name: v.string(),
      /** Whose type it is; the kernel's, or the one that has the name, unless given. */
      module: v.optional(v.string()),
      address: v.optional(wireAddress),
      /** How deep nested structs are opened. Without it not at all, but with an address whole where few members come of that. */
      depth: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(8))),
    }),
    result: structSchema,
  },
  /** The address that a symbol with an offset means. */
  symbolAddress: {
    params: v.strictObject({ ...onView, ...symbolExpressionEntries }),
    result: v.strictObject({ address: hexString }),
  },
  /** What an address is. Of a file offset nothing is known. */
  address: {
    params: v.strictObject({
      ...onView,
      place: v.union([
        v.strictObject({ space: v.picklist(['virtual', 'absolute', 'real']), address: wireAddress, cpu: v.optional(count) }),
        v.strictObject(symbolExpressionEntries),
      ]),
      /** By what is known by now or lies where pointers lead: nothing is searched for, and `missing` says what was not looked at. */
      quick: v.optional(v.boolean()),
    }),
    result: addressSchema,
  },
  disassemble: {
    /** `count` instructions from the address on, the `whole` function that it lies in, or without either some before and after it. */
    params: v.strictObject({
      ...onView,
      space: v.picklist(addressSpaces),
      address: wireAddress,
      cpu: v.optional(count),
      count: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(mostInstructions))),
      whole: v.optional(v.boolean()),
    }),
    result: disassemblySchema,
  },
  /** Names of structs, unions, enums and typedefs, for completion. */
  typeNames: { params: v.strictObject({ ...onView, module: v.optional(v.string()) }), result: typeNamesSchema },
} as const;
