import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runCommand } from './test-io.ts';

async function written(name: string, text: string): Promise<string> {
  const file = join(await mkdtemp(join(tmpdir(), 'heapboard-')), name);
  await writeFile(file, text);
  return file;
}

const secure = `export default ({ GenPool, errno }) => ({
  name: 'vendor,secure',
  probe: (kernel) => {
    const pfn = kernel.contiguous.defaultArea?.alloc(1024, 8) ?? -errno.ENODEV;
    return pfn < 0 ? pfn : new GenPool(pfn, 1024);
  },
  allocate: ({ data: pool, pageCount }) => {
    const pfn = pool.alloc(pageCount);
    if (pfn === undefined) return -errno.ENOMEM;
    return { pages: () => [{ pfn, pageCount }], release: () => pool.free(pfn, pageCount) };
  },
});
`;

describe('--heap-driver', () => {
  it('plugs a heap in, and workloads use it', async () => {
    const driver = await written('vendor.mjs', secure);
    const workload = await written(
      'w.yaml',
      `steps:
  - { alloc: a, heap: "vendor,secure", size: 3M }
  - { alloc: b, heap: "vendor,secure", size: 2M, fails: ENOMEM }
  - { map: a, fails: EINVAL }
  - { close: a }
`,
    );
    const booted = await runCommand(['boot', 'hikey', '--heap-driver', driver]);
    expect(booted.out).toContain('/dev/dma_heap/vendor,secure');
    const { code } = await runCommand(['run', 'hikey', workload, '--heap-driver', driver]);
    expect(code).toBe(0);
  });

  it.each([
    ['export default 5;\n', 'has no heap as its default export'],
    ['export default ;\n', 'SyntaxError'],
    [
      "export default { name: 'x', allocate: 1, probe() { throw new Error('oh') } };\n",
      'the driver of the heap "x": oh',
    ],
  ])('refuses %j with one line', async (text, message) => {
    const { code, err } = await runCommand(['boot', 'hikey', '--heap-driver', await written('x.mjs', text)]);
    expect(code).toBe(2);
    expect(err.trim().split('\n')).toHaveLength(1);
    if (message !== 'SyntaxError') expect(err).toContain(message);
  });
});
