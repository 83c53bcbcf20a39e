/**
 * What an event says by its print format: the text of a C printf and its arguments, expressions over the fields of the event (`REC->pid`), as the kernel keeps them
 * for the files `format`. An expression that is not understood is none: the event's fields are given instead.
 */
import type { EventField, EventFormat } from './event-formats.ts';
import { arrayText, dynamicBytes, dynamicPlace, dynamicText, flagsText, hexText, isNumber, symbolicText, type PrintValue } from './print-functions.ts';
import { printTokens, type Token } from './print-tokens.ts';
import { fieldInteger, fieldText, type TraceEvent } from './trace-events.ts';

export type Evaluate = (event: TraceEvent) => PrintValue | undefined;

export interface PrintFormat {
  readonly format: string;
  readonly args: readonly Evaluate[];
}

const mostDepth = 128;

const integerTypes: Readonly<Record<string, readonly [bits: number, isSigned: boolean]>> = {
  u8: [8, false],
  u16: [16, false],
  u32: [32, false],
  u64: [64, false],
  s8: [8, true],
  s16: [16, true],
  s32: [32, true],
  s64: [64, true],
  char: [8, true],
  short: [16, true],
  int: [32, true],
  long: [64, true],
  size_t: [64, false],
  pid_t: [32, true],
  bool: [8, false],
};
const typeWords = new Set([...Object.keys(integerTypes), 'unsigned', 'signed', 'const', 'void', 'struct', 'enum', 'union', 'volatile']);

/** Operators of two operands, those that bind least first. */
const levels: readonly (readonly string[])[] = [
  ['||'],
  ['&&'],
  ['|'],
  ['^'],
  ['&'],
  ['==', '!='],
  ['<', '>', '<=', '>='],
  ['<<', '>>'],
  ['+', '-'],
  ['*', '/', '%'],
];

const truth = (value: boolean): bigint => (value ? 1n : 0n);
const binary: Readonly<Record<string, (a: bigint, b: bigint) => bigint | undefined>> = {
  '||': (a, b) => truth(a !== 0n || b !== 0n),
  '&&': (a, b) => truth(a !== 0n && b !== 0n),
  '|': (a, b) => a | b,
  '^': (a, b) => a ^ b,
  '&': (a, b) => a & b,
  '==': (a, b) => truth(a === b),
  '!=': (a, b) => truth(a !== b),
  '<': (a, b) => truth(a < b),
  '>': (a, b) => truth(a > b),
  '<=': (a, b) => truth(a <= b),
  '>=': (a, b) => truth(a >= b),
  '<<': (a, b) => (b < 0n || b > 63n ? undefined : BigInt.asIntN(64, a << b)),
  '>>': (a, b) => (b < 0n || b > 63n ? undefined : a >> b),
  '+': (a, b) => BigInt.asIntN(64, a + b),
  '-': (a, b) => BigInt.asIntN(64, a - b),
  '*': (a, b) => BigInt.asIntN(64, a * b),
  '/': (a, b) => (b === 0n ? undefined : a / b),
  '%': (a, b) => (b === 0n ? undefined : a % b),
};

/** A field by its type: text of an array of char, bytes of another array, else a number. */
function fieldValue(field: EventField): Evaluate {
  const array = /^(.*?)\s*\[(\d+)\]$/.exec(field.type);
  if (array === null) return (event) => fieldInteger(event, field);
  if (/\bchar$/.test(array[1] ?? '') && !(array[1] ?? '').includes('unsigned')) return (event) => fieldText(event, field.offset, field.size);
  return ({ data }) => (field.offset + field.size > data.byteLength ? undefined : new Uint8Array(data.buffer, data.byteOffset + field.offset, field.size));
}

/** An element of an array in the event. */
function elementValue(field: EventField, index: Evaluate): Evaluate | undefined {
  const array = /^(.*?)\s*\[(\d+)\]$/.exec(field.type);
  const count = Number(array?.[2] ?? 0);
  if (count === 0 || field.size % count !== 0) return undefined;
  const size = field.size / count;
  return (event) => {
    const at = index(event);
    return !isNumber(at) || at < 0n || at >= BigInt(count) ? undefined : fieldInteger(event, { ...field, offset: field.offset + Number(at) * size, size });
  };
}

class PrintParser {
  private at = 0;
  private depth = 0;
  private readonly tokens: readonly Token[];
  private readonly fields: ReadonlyMap<string, EventField>;
  private readonly constants: ReadonlyMap<string, bigint>;

  constructor(tokens: readonly Token[], fields: readonly EventField[], constants: ReadonlyMap<string, bigint>) {
    this.tokens = tokens;
    this.constants = constants;
    this.fields = new Map(fields.map((one) => [one.name, one]));
  }

  /** The text of the format, then its arguments to the end. */
  whole(): PrintFormat | undefined {
    const format = this.texts();
    const args: Evaluate[] = [];
    while (this.sign(',')) {
      const one = this.expression();
      if (one === undefined) return undefined;
      args.push(one);
    }
    return format === undefined || this.at < this.tokens.length ? undefined : { format, args };
  }

  private sign(text: string): boolean {
    const token = this.tokens[this.at];
    if (token?.kind !== 'sign' || token.text !== text) return false;
    this.at += 1;
    return true;
  }

  private name(): string | undefined {
    const token = this.tokens[this.at];
    if (token?.kind !== 'name') return undefined;
    this.at += 1;
    return token.text;
  }

  /** Texts that follow each other are one. */
  private texts(): string | undefined {
    let found: string | undefined;
    for (let token = this.tokens[this.at]; token?.kind === 'text'; token = this.tokens[this.at]) {
      found = (found ?? '') + token.text;
      this.at += 1;
    }
    return found;
  }

  private expression(): Evaluate | undefined {
    this.depth += 1;
    const found = this.depth > mostDepth ? undefined : this.choice();
    this.depth -= 1;
    return found;
  }

  private choice(): Evaluate | undefined {
    const condition = this.operation(0);
    if (condition === undefined || !this.sign('?')) return condition;
    const yes = this.expression();
    if (yes === undefined || !this.sign(':')) return undefined;
    const no = this.expression();
    if (no === undefined) return undefined;
    return (event) => {
      const value = condition(event);
      return value === undefined ? undefined : (value === 0n ? no : yes)(event);
    };
  }

  private operation(level: number): Evaluate | undefined {
    const signs = levels[level];
    if (signs === undefined) return this.unary();
    let left = this.operation(level + 1);
    for (;;) {
      const token = this.tokens[this.at];
      if (left === undefined || token?.kind !== 'sign' || !signs.includes(token.text)) return left;
      this.at += 1;
      const right = this.operation(level + 1);
      const apply = binary[token.text];
      if (right === undefined || apply === undefined) return undefined;
      const before = left;
      left = (event) => {
        const [a, b] = [before(event), right(event)];
        return isNumber(a) && isNumber(b) ? apply(a, b) : undefined;
      };
    }
  }

  private unary(): Evaluate | undefined {
    for (const [sign, apply] of [
      ['!', (value: bigint) => truth(value === 0n)],
      ['~', (value: bigint) => ~value],
      ['-', (value: bigint) => -value],
      ['+', (value: bigint) => value],
    ] as const) {
      if (!this.sign(sign)) continue;
      this.depth += 1;
      const of = this.depth > mostDepth ? undefined : this.unary();
      this.depth -= 1;
      if (of === undefined) return undefined;
      return (event) => {
        const value = of(event);
        return isNumber(value) ? apply(value) : undefined;
      };
    }
    const cast = this.cast();
    if (cast === undefined) return this.operand();
    this.depth += 1;
    const of = this.depth > mostDepth ? undefined : this.unary();
    this.depth -= 1;
    if (of === undefined) return undefined;
    return (event) => {
      const value = of(event);
      return isNumber(value) ? cast(value) : value;
    };
  }

  /** "(unsigned int)", "(void *)"; nothing is taken where another parenthesis is. */
  private cast(): ((value: bigint) => bigint) | undefined {
    const start = this.at;
    if (!this.sign('(')) return undefined;
    const words: string[] = [];
    for (let word = this.name(); word !== undefined; word = this.name()) words.push(word);
    let isPointer = false;
    while (this.sign('*')) isPointer = true;
    const [first = ''] = words;
    if (!(typeWords.has(first) || first.endsWith('_t') || /^__[usbl]/.test(first)) || !this.sign(')')) {
      this.at = start;
      return undefined;
    }
    const type = words
      .map(
        (word) =>
          integerTypes[
            word
              .replace(/^__(?:[bl]e)?/, '')
              .replace(/^uint(\d+)_t$/, 'u$1')
              .replace(/^int(\d+)_t$/, 's$1')
          ],
      )
      .find((one) => one !== undefined);
    const [bits, isSigned] = type ?? (words.includes('unsigned') ? [32, true] : [64, true]);
    if (isPointer || (type === undefined && !words.includes('unsigned'))) return (value) => value;
    return isSigned && !words.includes('unsigned') ? (value) => BigInt.asIntN(bits, value) : (value) => BigInt.asUintN(bits, value);
  }

  private operand(): Evaluate | undefined {
    const token = this.tokens[this.at];
    if (token === undefined) return undefined;
    if (token.kind === 'text') {
      const text = this.texts();
      return () => text;
    }
    this.at += 1;
    if (token.kind === 'number') return () => token.value;
    if (token.kind === 'sign') {
      if (token.text !== '(') return undefined;
      const inner = this.expression();
      return this.sign(')') ? inner : undefined;
    }
    if (token.text === 'REC') return this.field();
    if (this.sign('(')) return this.call(token.text);
    const constant = this.constants.get(token.text);
    return constant === undefined ? undefined : () => constant;
  }

  private field(): Evaluate | undefined {
    const name = this.sign('->') ? this.name() : undefined;
    const field = name === undefined ? undefined : this.fields.get(name);
    if (field === undefined) return undefined;
    if (!this.sign('[')) return fieldValue(field);
    const index = this.expression();
    return index === undefined || !this.sign(']') ? undefined : elementValue(field, index);
  }

  /** The field that a function names: `__get_str(name)`. */
  private fieldArgument(): EventField | undefined {
    const field = this.fields.get(this.name() ?? '');
    return this.sign(')') ? field : undefined;
  }

  private call(name: string): Evaluate | undefined {
    switch (name) {
      case '__get_str':
      case '__get_rel_str': {
        const field = this.fieldArgument();
        return field === undefined ? undefined : (event) => dynamicText(event, field);
      }
      case '__get_dynamic_array':
      case '__get_rel_dynamic_array': {
        const field = this.fieldArgument();
        return field === undefined ? undefined : (event) => dynamicBytes(event, field);
      }
      case '__get_dynamic_array_len':
      case '__get_rel_dynamic_array_len': {
        const field = this.fieldArgument();
        if (field === undefined) return undefined;
        return (event) => {
          const place = dynamicPlace(event, field);
          return place === undefined ? undefined : BigInt(place.length);
        };
      }
      case '__builtin_expect':
        return this.arguments()?.[0];
      case '__print_flags':
      case '__print_flags_u64':
        return this.flags();
      case '__print_symbolic':
      case '__print_symbolic_u64':
        return this.symbolic();
      case '__print_hex':
      case '__print_hex_str':
      case '__print_array':
        return this.bytesOf(name);
      default:
        return undefined;
    }
  }

  private arguments(): readonly Evaluate[] | undefined {
    const all: Evaluate[] = [];
    do {
      const one = this.expression();
      if (one === undefined) return undefined;
      all.push(one);
    } while (this.sign(','));
    return this.sign(')') ? all : undefined;
  }

  /** ", { 1, "name" }, …" to the closing parenthesis. */
  private pairs(): ((event: TraceEvent) => readonly (readonly [bigint, string])[]) | undefined {
    const all: (readonly [Evaluate, string])[] = [];
    while (this.sign(',')) {
      if (!this.sign('{')) return undefined;
      const value = this.expression();
      if (value === undefined || !this.sign(',')) return undefined;
      const text = this.texts();
      // A table that the kernel's source ends with a null in place of a name.
      const isEnd = text === undefined && this.expression() !== undefined;
      if ((text === undefined && !isEnd) || !this.sign('}')) return undefined;
      if (text !== undefined) all.push([value, text]);
    }
    if (!this.sign(')')) return undefined;
    return (event) =>
      all.flatMap(([value, text]) => {
        const found = value(event);
        return isNumber(found) ? [[found, text] as const] : [];
      });
  }

  private flags(): Evaluate | undefined {
    const value = this.expression();
    const delimiter = value !== undefined && this.sign(',') ? this.expression() : undefined;
    const pairs = delimiter === undefined ? undefined : this.pairs();
    if (value === undefined || delimiter === undefined || pairs === undefined) return undefined;
    return (event) => {
      const [flags, between] = [value(event), delimiter(event)];
      return isNumber(flags) && typeof between === 'string' ? flagsText(flags, between, pairs(event)) : undefined;
    };
  }

  private symbolic(): Evaluate | undefined {
    const value = this.expression();
    const pairs = value === undefined ? undefined : this.pairs();
    if (value === undefined || pairs === undefined) return undefined;
    return (event) => {
      const found = value(event);
      return isNumber(found) ? symbolicText(found, pairs(event)) : undefined;
    };
  }

  private bytesOf(name: string): Evaluate | undefined {
    const [array, count, size] = this.arguments() ?? [];
    if (array === undefined || count === undefined) return undefined;
    return (event) => {
      const [bytes, length, width] = [array(event), count(event), size?.(event)];
      if (!(bytes instanceof Uint8Array) || !isNumber(length)) return undefined;
      if (name !== '__print_array') return hexText(bytes, length, name === '__print_hex' ? ' ' : '');
      return isNumber(width) ? arrayText(bytes, length, width, event.isLittle) : undefined;
    };
  }
}

/** Values of enumerators by their names; those that are not known are left out. */
export type ConstantsOf = (names: ReadonlySet<string>) => ReadonlyMap<string, bigint>;

/** @returns undefined for a format that has something in it that is not understood */
export function printFormatOf({ printFormat, fields }: EventFormat, constantsOf: ConstantsOf): PrintFormat | undefined {
  const tokens = printFormat === undefined ? undefined : printTokens(printFormat);
  if (tokens === undefined) return undefined;
  const plain = new PrintParser(tokens, fields, new Map()).whole();
  if (plain !== undefined) return plain;
  const names = tokens.flatMap((token) => (token.kind === 'name' && /^[A-Z]\w*[A-Z0-9_]$/.test(token.text) && token.text !== 'REC' ? [token.text] : []));
  return names.length === 0 ? undefined : new PrintParser(tokens, fields, constantsOf(new Set(names))).whole();
}
