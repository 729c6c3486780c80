import type { DtNode } from '../../devicetree/tree.ts';

/** What sort of device a DMA master is, as far as buffers are concerned. */
export type DeviceKind = 'display' | 'camera' | 'codec' | 'gpu' | 'processor' | 'other';

/** How such devices are told: by the generic names of nodes, and by what their compatible strings have in common. */
interface KindRule {
  readonly kind: DeviceKind;
  readonly name: RegExp;
  readonly compatible: RegExp;
}

const rules: readonly KindRule[] = [
  {
    kind: 'display',
    name: /^(ade|dpe|dss|display|display-controller|display-subsystem|mdss|mdp|hvs|lcdif|lcdc|lcd-controller|dcss|dpu|vop\w*|dispc|dcu|tcon\w*|osd|drm|fb)$/,
    compatible:
      /-(ade|dpe|mdss|mdp[45]|hvs|lcdif|dcss|vop\w*|vop-\w+|dispc|dcu|dc|dss|display-engine|decon\w*|tidss)$|lcdif|arm,mali-dp|amlogic,meson.*-vpu$/,
  },
  {
    kind: 'camera',
    name: /^(camss|isp\w*|csi|csis|unicam|camera|cif|mipi-csi\w*|rkisp\w*|vin|capture)$/,
    compatible: /-(camss|isp\w*|csi|unicam|cif\w*|cio2|mipi-csi2?|vin)$|-csi-bridge$/,
  },
  {
    kind: 'codec',
    name: /^(video-codec|vpu\w*|venus|codec|video-decoder|video-encoder|vdec|venc|hevc\w*|jpeg\w*|rga|g2d|mfc|cedar|deinterlace)$/,
    compatible:
      /-(venus\w*|vpu\w*|vdec\w*|venc\w*|rga\w*|jpeg\w*|hevc\w*|g2d|mfc\w*|video-engine|vde)(-v\d+)?$|venus|cnm,|hantro/,
  },
  {
    kind: 'gpu',
    name: /^(gpu|v3d|mali|imageon|qpu)$/,
    compatible: /mali-(4|t|g|bifrost|midgard|valhall)|adreno|vivante,gc|-v3d$|img,powervr|tegra.*-g[mkvp]\w+/,
  },
  {
    kind: 'processor',
    name: /^(remoteproc|dsp\w*|ipu\w*|adsp\w*|cdsp\w*|mpss|modem|mcu\w*|r5f\w*|pru\w*|npu|m4|cm7)$/,
    compatible: /-(rproc|ipu|dsp|pas|mss-pil|r5fss|pru|npu|cm[47])$|remoteproc|-imx\w+-cm[47]$/,
  },
];

/** Nodes that only tie others together. */
const withoutDma = /-vc[456]$|mipi-csi|smmu|iommu/;

/** The kind of a node; undefined for what neither name nor compatible tell. */
export function kindOf(node: DtNode): DeviceKind | undefined {
  const { baseName, compatible } = node;
  if (compatible.some((one) => withoutDma.test(one))) return undefined;
  const byCompatible = rules.find((rule) => compatible.some((one) => rule.compatible.test(one)));
  return (byCompatible ?? rules.find((rule) => compatible.length > 0 && rule.name.test(baseName)))?.kind;
}

/** Whether devices of a kind take whole images or streams, and so want contiguous memory where they have no IOMMU. */
export function wantsWholeBuffers(kind: DeviceKind): boolean {
  return kind === 'display' || kind === 'camera' || kind === 'codec';
}
