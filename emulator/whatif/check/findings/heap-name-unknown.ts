import type { BootRule } from '../rule.ts';

/** The heap of the default area has a name that no known program looks for. */
export const heapNameUnknown: BootRule = {
  id: 'heap-name-unknown',
  looksAt: 'boot',
  severity: 'warning',
  explanation:
    'Programs find heaps by name. The heap of the default area is called after its node up to 6.16, and default_cma_region from 6.17 on; programs whose requirements are known look for other names, and do without contiguous memory.',
  find({ system: { kernel }, contracts, tree }) {
    const area = kernel?.contiguous.defaultArea;
    const names = kernel?.dmaHeaps.all.filter((heap) => heap.area !== undefined && heap.area === area) ?? [];
    const needs = contracts.flatMap((contract) =>
      contract.needs.map((need) => ({ contract: contract.name, heaps: need.heaps })),
    );
    const wanted = needs.filter(({ heaps }) => !heaps.every((name) => name.startsWith('system')));
    const [first] = names;
    if (area === undefined || first === undefined || wanted.length === 0) return [];
    if (names.some(({ name }) => wanted.some(({ heaps }) => heaps.includes(name)))) return [];
    const looking = [...new Set(wanted.map(({ contract }) => contract))];
    const tried = [...new Set(wanted.flatMap(({ heaps }) => heaps))].filter(
      (name) => !name.startsWith('system'),
    );
    const node = area.nodePath === undefined ? undefined : tree.node(area.nodePath);
    return [
      {
        subject: area.nodePath ?? area.name,
        message: `the default area's heap is /dev/dma_heap/${first.name}, and of ${looking.join(', ')} none looks for that; they try ${tried.join(', ')}`,
        position: node === undefined ? undefined : tree.positionOf(node),
        cures: () => [
          {
            says: 'let the heap have its old name as well',
            changes: [{ kind: 'kconfig', symbol: 'DMABUF_HEAPS_CMA_LEGACY', value: 'y' }],
          },
        ],
      },
    ];
  },
};
