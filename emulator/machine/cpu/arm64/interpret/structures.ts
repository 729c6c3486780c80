import type { MemoryInstruction, WriteBack } from '../instruction.ts';
import type { CpuMemory } from '../memory.ts';
import { type CpuState, source } from '../state.ts';
import { lane, setLane } from './lanes.ts';
import type { Step } from './step.ts';

type Of<Op extends MemoryInstruction['op']> = Extract<MemoryInstruction, { op: Op }>;

function writeBase(state: CpuState, rn: number, writeBack: WriteBack, sizeBytes: number): void {
  if (writeBack === 'none') return;
  const by = writeBack === 'size' ? BigInt(sizeBytes) : state.get64(source(writeBack.rm));
  state.x[rn] = state.get64(rn) + by;
}

/** Touches both ends, so that what follows cannot fail half-way within two pages. */
function probe(memory: CpuMemory, address: number, sizeBytes: number, isLoad: boolean): void {
  const kind = isLoad ? 'read' : 'write';
  memory.translate(address, kind);
  memory.translate(address + sizeBytes - 1, kind);
}

/** ld1 to ld4 and st1 to st4 of whole registers. */
export function structure(instruction: Of<'structure'>): Step {
  const { load, elements, repeats, q, sizeLog2, rt, rn, writeBack } = instruction;
  const lanes = (q ? 16 : 8) >> sizeLog2;
  const size = 1 << sizeLog2;
  const total = elements * repeats * lanes * size;
  return (state, memory) => {
    let address = state.number(rn);
    probe(memory, address, total, load);
    for (let repeat = 0; repeat < repeats; repeat += 1) {
      for (let index = 0; index < lanes; index += 1) {
        for (let element = 0; element < elements; element += 1) {
          const register = (rt + repeat + element) & 31;
          if (load) setLane(state, register, sizeLog2, index, memory.load(address, sizeLog2));
          else memory.store(address, sizeLog2, lane(state, register, sizeLog2, index));
          address += size;
        }
      }
    }
    if (load && !q)
      for (let index = 0; index < elements * repeats; index += 1) state.v64[((rt + index) & 31) * 2 + 1] = 0n;
    writeBase(state, rn, writeBack, total);
  };
}

/** ld1 to ld4 and st1 to st4 of one lane, and ld1r to ld4r. */
export function structureLane(instruction: Of<'structure-lane'>): Step {
  const { load, elements, sizeLog2, lane: index, replicate, q, rt, rn, writeBack } = instruction;
  const size = 1 << sizeLog2;
  const lanes = (q ? 16 : 8) >> sizeLog2;
  return (state, memory) => {
    const address = state.number(rn);
    probe(memory, address, elements * size, load);
    for (let element = 0; element < elements; element += 1) {
      const register = (rt + element) & 31;
      const at = address + element * size;
      if (!load) memory.store(at, sizeLog2, lane(state, register, sizeLog2, index));
      else if (!replicate) setLane(state, register, sizeLog2, index, memory.load(at, sizeLog2));
      else {
        const value = memory.load(at, sizeLog2);
        if (!q) state.v64[register * 2 + 1] = 0n;
        for (let each = 0; each < lanes; each += 1) setLane(state, register, sizeLog2, each, value);
      }
    }
    writeBase(state, rn, writeBack, elements * size);
  };
}
