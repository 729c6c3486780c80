import { expect, test } from 'vitest';
import { runCommand } from '../../../cli/test-io.ts';

const chosen = '/chosen:linux,elfcorehdr=<0x0 0x3df00000 0x0 0x100000>';

test.each(['6.1', '6.12'])(
  'the header that a crashed kernel left is reserved on %s, and pools make way for it',
  async (release) => {
    const { code, out } = await runCommand([
      'boot',
      'hikey',
      '--release',
      release,
      '--set',
      chosen,
      '--dmesg',
    ]);
    expect(code).toBe(0);
    expect(out).toContain('OF: fdt: Reserving 1024 KiB of memory at 0x3df00000 for elfcorehdr');
    expect(out).toMatch(/^ {2}linux,cma +0x35e00000 +128 MiB/m);
  },
);
