import { arenaLayout, jumpEntries } from '../arena.ts';
import { jumpEntryBytes } from '../jump-table.ts';
import { stateOffsets } from '../state.ts';
import { float, op, type, WasmCode, wasmModule } from './wasm-code.ts';

const entry = 0;
const pc = 1;

/**
 * The module that goes from region to region by the jump table. It comes back where the table does not know the
 * program counter, the budget is used up, or a region could not go on.
 */
export function dispatcherModule(): Uint8Array<ArrayBuffer> {
  const code = new WasmCode();
  const { jumpTable } = arenaLayout;
  code.open(op.block).open(op.loop);
  code.i32(0).memory(float.load[1], stateOffsets.pc).tee(pc).emit(float.toI64Unsigned[1], op.i32WrapI64);
  code
    .i32(2)
    .emit(op.i32ShrUnsigned)
    .i32(jumpEntries - 1)
    .emit(op.i32And);
  code.i32(jumpEntryBytes).emit(op.i32Mul).tee(entry).memory(float.load[1], jumpTable);
  code.get(pc).emit(float.equal[1], op.i32Eqz).branch(1, op.brIf);
  code
    .i32(0)
    .get(entry)
    .memory(op.i32Load, jumpTable + 12)
    .memory(op.i32Store, stateOffsets.label);
  code
    .get(entry)
    .memory(op.i32Load, jumpTable + 8)
    .index(op.callIndirect, 0)
    .unsigned(0);
  code.i32(0).memory(op.i32Load, stateOffsets.faulted).branch(1, op.brIf);
  code
    .i32(0)
    .memory(op.i32Load, stateOffsets.budget)
    .i32(0)
    .emit(op.i32LeSigned, op.i32Eqz)
    .branch(2, op.brIf);
  code.close().close();
  const locals = [
    { count: 1, type: type.i32 },
    { count: 1, type: type.f64 },
  ];
  return wasmModule({ imports: [], usesTable: true, locals, functions: [code] });
}
