import { bufferMoves } from './buffer-moves.ts';
import { descriptorMoves } from './descriptor-moves.ts';
import { memoryMoves } from './memory-moves.ts';
import type { Choices, Move } from './move.ts';
import { processMoves } from './process-moves.ts';
import type { World } from './world.ts';

/** Every move. */
export const moves: readonly Move[] = [...bufferMoves, ...descriptorMoves, ...memoryMoves, ...processMoves];

const byWeight: readonly Move[] = moves.flatMap((move) => Array.from({ length: move.weight }, () => move));

/** One turn: whose, which move, and what that chooses with. All numbers are from 0 to 65535. */
export type Turn = readonly [seat: number, move: number, ...choices: Choices];

/** Plays a turn. */
export function playTurn(world: World, [seat, number, ...choices]: Turn): Move | undefined {
  const move = byWeight[number % byWeight.length];
  if (move === undefined) return undefined;
  world.turn(seat, (task, place) => move.play(world, task, choices, place));
  return move;
}
