import type { DtNode } from '../../../devicetree/tree.ts';
import type { Kernel } from '../../init/kernel.ts';
import { iommusOfDevice } from '../of/device.ts';

/** The configuration symbols of the IOMMU drivers, by what their nodes are compatible with. */
const drivers: readonly (readonly [pattern: RegExp, symbol: string])[] = [
  [/^arm,smmu-v3$/, 'ARM_SMMU_V3'],
  [/^qcom,msm-iommu/, 'QCOM_IOMMU'],
  [/^(?:arm,(?:smmu|mmu)-|qcom,.*smmu|nvidia,.*smmu|marvell,.*smmu|cavium,smmu)/, 'ARM_SMMU'],
  [/^rockchip,.*iommu$/, 'ROCKCHIP_IOMMU'],
  [/^mediatek,.*(?:m4u|iommu)/, 'MTK_IOMMU'],
  [/^renesas,ipmmu/, 'IPMMU_VMSA'],
  [/^samsung,.*sysmmu/, 'EXYNOS_IOMMU'],
  [/^allwinner,.*iommu$/, 'SUN50I_IOMMU'],
  [/^apple,.*dart$/, 'APPLE_DART'],
];

/**
 * Whether an IOMMU stands between a device and memory: the tree names one that is enabled, its driver is configured and
 * devices are not passed through. Plays drivers/iommu/of_iommu.c and the choice of a domain in iommu.c.
 * Deviation: the built-in configuration has every IOMMU driver.
 */
export function isTranslated(kernel: Kernel, node: DtNode): boolean {
  if (passesThrough(kernel)) return false;
  return iommusOfDevice(kernel.handoff.tree, node).some((iommu) => hasDriver(kernel, iommu));
}

/** `iommu.passthrough=1`, or the configuration where the command line is silent. */
function passesThrough({ parameters, config }: Kernel): boolean {
  const asked = parameters.value('iommu.passthrough');
  if (asked !== undefined) return /^(?:1|y|on|true)$/i.test(asked);
  return config.enabled('IOMMU_DEFAULT_PASSTHROUGH');
}

function hasDriver({ config }: Kernel, iommu: DtNode): boolean {
  if (config.isReference) return true;
  return iommu.compatible.some((compatible) => {
    const symbol = drivers.find(([pattern]) => pattern.test(compatible))?.[1];
    return symbol !== undefined && config.enabled(symbol);
  });
}
