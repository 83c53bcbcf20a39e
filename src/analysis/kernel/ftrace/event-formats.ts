/**
 * Formats of events as the kernel keeps them for the files `format` (include/linux/trace_events.h, kernel/trace/trace_events.c, 5.10 to 6.12): the list
 * ftrace_events leads to a struct trace_event_call for each kind, whose class has a list of fields, and whose `print_fmt` is the text of a C printf.
 */
import { failed, isFailure, valueOf, type Failure, type Result } from '../../../shared/result.ts';
import { hex } from '../../../shared/units.ts';
import { walkList } from '../memory/linked-list.ts';
import type { KernelObject } from '../object/kernel-object.ts';
import type { KernelObjects } from '../object/kernel-objects.ts';

export interface EventField {
  readonly name: string;
  /** As C declares it: "unsigned long", "char[16]", "__data_loc char[]". */
  readonly type: string;
  readonly offset: number;
  readonly size: number;
  readonly isSigned: boolean;
}

export interface EventFormat {
  /** Value of common_type in its events. */
  readonly id: number;
  readonly name: string;
  readonly system: string;
  /** In the order of their places, without those that all events have. */
  readonly fields: readonly EventField[];
  readonly printFormat: string | undefined;
}

const mostEvents = 1 << 17;
const mostFields = 256;
const mostFormat = 1 << 15;
const identifier = /^[A-Za-z_][\w.-]*$/;

function nameOf(call: KernelObject): Result<string> {
  const name = call.at('name').string(256);
  if (!isFailure(name) && identifier.test(name.value)) return name;
  // The same word leads to the tracepoint of events that have one, whose first member is its name: the bytes of an address are not a name.
  const tracepoint = call.has('tp') ? call.pointer('tp').at('name').string(256) : name;
  return isFailure(tracepoint) || identifier.test(tracepoint.value) ? tracepoint : failed('name of an event', 'what is there is none');
}

/** The head of its fields; of a syscall, which has no class of its own, what the syscall's description has. */
function fieldsHead(call: KernelObject, eventClass: KernelObject): KernelObject {
  const getter = eventClass.pointer('get_fields', 'void');
  if (getter.isNull || getter.failure !== undefined) return eventClass.at('fields');
  const name = eventClass.at('get_fields').symbol();
  return !isFailure(name) && name.value === 'syscall_get_enter_fields' ? call.pointer('data', 'syscall_metadata').at('enter_fields') : eventClass.at('fields');
}

function fieldsOf(call: KernelObject): readonly EventField[] | Failure {
  const { space } = call;
  const head = fieldsHead(call, call.pointer('class'));
  const { address } = head;
  if (isFailure(address)) return address;
  const walked = walkList(space.memory, address.value, () => true, mostFields);
  if (!walked.complete) return failed('fields of an event', walked.broken ?? 'their list does not end');
  const fields: EventField[] = [];
  for (const node of walked.nodes) {
    const one = head.moved(node - address.value).containerOf('ftrace_event_field', 'link');
    const [name, type, offset, size, isSigned] = [
      one.at('name').string(256),
      one.at('type').string(256),
      one.at('offset').number(),
      one.at('size').number(),
      one.at('is_signed').flag(),
    ];
    for (const value of [name, type, offset, size, isSigned]) if (isFailure(value)) return value;
    if (isFailure(name) || isFailure(type) || isFailure(offset) || isFailure(size) || isFailure(isSigned)) continue;
    if (offset.value < 0 || size.value < 0) return failed(`field ${name.value}`, `it lies at byte ${offset.value} with ${size.value} bytes`);
    fields.push({ name: name.value, type: type.value, offset: offset.value, size: size.value, isSigned: isSigned.value });
  }
  // The newest member of the list comes first.
  return fields.sort((left, right) => left.offset - right.offset);
}

function formatOf(call: KernelObject, id: number): Result<EventFormat> {
  const [name, system] = [nameOf(call), call.pointer('class').at('system').string(256)];
  if (isFailure(name)) return name;
  const fields = fieldsOf(call);
  if ('missing' in fields) return failed(`format of ${name.value}`, fields.missing.why, fields.missing.where);
  const printFormat = call.at('print_fmt').string(mostFormat);
  return {
    value: {
      id,
      name: name.value,
      system: isFailure(system) ? '' : system.value,
      fields,
      printFormat: valueOf(printFormat),
    },
  };
}

export class EventFormats {
  private readonly calls = new Map<number, KernelObject>();
  private readonly known = new Map<number, Result<EventFormat>>();
  /** Why kinds may be missing. */
  readonly missing: readonly Failure[];

  constructor(objects: KernelObjects) {
    const missing: Failure[] = [];
    const head = objects.addressOf('ftrace_events');
    const link = objects.offsetOf('trace_event_call', 'list');
    if (isFailure(head)) missing.push(head);
    else if (isFailure(link)) missing.push(link);
    else {
      const walked = walkList(objects.space.memory, head.value, () => true, mostEvents);
      if (!walked.complete) missing.push(failed('formats of events', walked.broken ?? 'their list does not end'));
      for (const node of walked.nodes) {
        const call = objects.at(node - BigInt(link.value), 'trace_event_call');
        const type = call.at('event.type').number();
        if (isFailure(type)) missing.push(type);
        else this.calls.set(type.value, call);
      }
    }
    this.missing = missing;
  }

  /** Names of the kinds whose formats can be read. */
  *names(): Generator<string, void> {
    for (const id of this.calls.keys()) {
      const format = this.byId(id);
      if (!isFailure(format)) yield format.value.name;
    }
  }

  /** The format of a kind of events. */
  byId(id: number): Result<EventFormat> {
    const known = this.known.get(id);
    if (known !== undefined) return known;
    const call = this.calls.get(id);
    const found = call === undefined ? failed(`format of events of type ${hex(BigInt(id))}`, 'the kernel lists no such event') : formatOf(call, id);
    this.known.set(id, found);
    return found;
  }
}
