import type { SourcePosition } from '../../../base/position.ts';
import { formatSize } from '../../../base/units.ts';
import { defaultAreaBytes } from '../../explain/cma-size.ts';
import type { System } from '../../system.ts';
import type { BootContext } from '../context.ts';
import type { BootRule, Sighting } from '../rule.ts';

/** What other releases make of the same tree; those that `--releases` names. */
export const releaseChanges: BootRule = {
  id: 'release-changes',
  looksAt: 'boot',
  severity: 'note',
  explanation:
    'The same tree comes out differently on another release: another default area, regions that are lost or taken, heaps under other names.',
  find: (context) =>
    context.others.flatMap((other) => {
      const name = other.environment.release.name;
      if (other.booted !== context.system.booted) {
        const message = other.booted
          ? `on ${name} the kernel does not panic`
          : `on ${name} the kernel panics: ${other.panic ?? ''}`;
        return [{ subject: `${name} boot`, message, severity: 'warning' as const }];
      }
      return [
        ...defaultArea(context, other, name),
        ...regions(context, other, name),
        ...heaps(context.system, other, name),
      ];
    }),
};

function ownerOf({ kernel }: System): string {
  const area = kernel?.contiguous.defaultArea;
  return area === undefined ? 'none' : (area.nodePath ?? 'that of cma= or the configuration');
}

function defaultArea({ system, tree }: BootContext, other: System, release: string): readonly Sighting[] {
  const [now, then] = [ownerOf(system), ownerOf(other)];
  const [nowBytes, thenBytes] = [defaultAreaBytes(system), defaultAreaBytes(other)];
  if (now === then && nowBytes === thenBytes) return [];
  const node = then.startsWith('/') ? tree.node(then) : now.startsWith('/') ? tree.node(now) : undefined;
  const message =
    now === then
      ? `on ${release} the default area has ${formatSize(thenBytes)}, not ${formatSize(nowBytes)}`
      : `on ${release} the other default wins: ${then} (${formatSize(thenBytes)}), not ${now} (${formatSize(nowBytes)})`;
  return [
    {
      subject: `${release} default area`,
      message,
      severity: 'warning',
      position: node === undefined ? undefined : tree.positionOf(node),
    },
  ];
}

function regions({ system, tree }: BootContext, other: System, release: string): readonly Sighting[] {
  return system.environment.regions.flatMap((region): readonly Sighting[] => {
    const { nodePath, node, state } = region;
    const later = other.environment.regions.find((one) => one.nodePath === nodePath);
    if (later === undefined || later.state === state) return [];
    const because = later.reason === undefined ? '' : `: ${later.reason}`;
    const position: SourcePosition | undefined = tree.positionOf(node);
    const message = `on ${release} ${nodePath} is ${later.state}, not ${state}${because}`;
    return [{ subject: `${release} ${nodePath}`, message, position }];
  });
}

function heaps(system: System, other: System, release: string): readonly Sighting[] {
  const names = ({ kernel }: System) => kernel?.dmaHeaps.all.map(({ name }) => name) ?? [];
  const [now, then] = [names(system), names(other)];
  const gone = now.filter((name) => !then.includes(name));
  const come = then.filter((name) => !now.includes(name));
  if (gone.length + come.length === 0) return [];
  const parts = [
    come.length === 0 ? '' : `there is also ${come.join(', ')}`,
    gone.length === 0 ? '' : `there is no ${gone.join(', ')}`,
  ].filter((part) => part !== '');
  return [{ subject: `${release} heaps`, message: `in /dev/dma_heap on ${release} ${parts.join(', and ')}` }];
}
