/** Which instructions are on screen, and whether the cursor is among them. */
import type { CodeMarkJson, DisassemblyJson, InstructionJson } from '../../../shared/code-model.ts';
import type { Position } from '../../state/position.ts';

const endOf = ({ address, hex }: InstructionJson): bigint => BigInt(address) + BigInt(hex.length / 2);

export const holdsAddress = (one: InstructionJson, address: bigint): boolean => BigInt(one.address) <= address && address < endOf(one);

/** Whether an answer shows the place already: then it stays, and only the mark of the cursor moves. */
export const covers = (answer: DisassemblyJson | undefined, position: Position): boolean =>
  answer?.space === position.space &&
  (position.space === 'virtual' || answer.cpu === position.cpu) &&
  answer.instructions.some((one) => holdsAddress(one, position.address));

/** Shown of a long function on either side of the cursor. */
export const mostOnOneSide = 256;

/** The instructions around the cursor, with what is left out at either end. */
export function around(
  instructions: readonly InstructionJson[],
  address: bigint,
): { readonly shown: readonly InstructionJson[]; readonly before: number; readonly after: number } {
  const at = Math.max(
    0,
    instructions.findIndex((one) => holdsAddress(one, address)),
  );
  const first = Math.max(0, at - mostOnOneSide);
  const end = Math.min(instructions.length, at + mostOnOneSide);
  return { shown: instructions.slice(first, end), before: first, after: instructions.length - end };
}

export const markWords: Readonly<Record<CodeMarkJson['kind'], string>> = {
  fault: 'failed here',
  running: 'is here',
  interrupted: 'was interrupted here',
  return: 'returns here',
};
