/** Whether the cursor is within the instructions of an answer, and what CPUs were doing there. */
import type { CodeMarkJson, DisassemblyJson, InstructionJson } from '../../../shared/code-model.ts';
import type { Position } from '../../state/position.ts';

const endOf = ({ address, hex }: InstructionJson): bigint => BigInt(address) + BigInt(hex.length / 2);

export const holdsAddress = (one: InstructionJson, address: bigint): boolean => BigInt(one.address) <= address && address < endOf(one);

/** Whether an answer already shows the place: then it stays, and only the cursor mark moves. */
export const covers = (answer: DisassemblyJson | undefined, position: Position): boolean =>
  answer?.space === position.space &&
  (position.space === 'virtual' || answer.cpu === position.cpu) &&
  answer.instructions.some((one) => holdsAddress(one, position.address));

export const markWords: Readonly<Record<CodeMarkJson['kind'], string>> = {
  fault: 'failed here',
  running: 'is here',
  interrupted: 'was interrupted here',
  return: 'returns here',
};
