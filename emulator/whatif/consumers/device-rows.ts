import type { Evidence } from '../../base/decisions.ts';
import type { DeviceKind } from './device-kinds.ts';

/** How many address bits a device's driver asks for, and how that is known. */
export interface DmaWidth {
  readonly bits: number;
  /** `read` in the driver's source; `inferred` where the device's registers decide, or nobody looked. */
  readonly evidence: Exclude<Evidence, 'recorded'>;
  /** Why, as half a sentence. */
  readonly says: string;
}

/**
 * How devices of a sort are told, by the generic names of the devicetree specification and bindings and by what their
 * compatible strings have in common, and what their drivers do about DMA.
 */
export interface DeviceRow {
  readonly kind: DeviceKind;
  readonly name?: RegExp;
  readonly compatible?: RegExp;
  /** Whether `dmas` in a node means that a DMA controller moves its data, and it does not. */
  readonly leavesToController?: boolean;
  readonly width: DmaWidth;
}

/** What the platform bus leaves to a driver that asks for nothing. */
export const usualWidth: DmaWidth = {
  bits: 32,
  evidence: 'inferred',
  says: 'what drivers have that ask for nothing',
};

const byRegister = (bits: number): DmaWidth => ({
  bits,
  evidence: 'inferred',
  says: 'its driver goes by a register of the device',
});
const read = (bits: number): DmaWidth => ({ bits, evidence: 'read', says: 'its driver asks for them' });

/** Images and streams: what user space hands over as buffers. */
const media: readonly DeviceRow[] = [
  {
    kind: 'display',
    name: /^(ade|dpe|dss|display|display-controller|mdss|mdp|hvs|lcdif|lcdc|lcd-controller|hdlcd|clcd|dcss|dpu|vop\w*|dispc|dcu|mixer|osd|drm|fb)$/,
    compatible:
      /-(ade|dpe|mdss|mdp[45]|hvs|lcdif|dcss|vop\w*|vop-\w+|dispc|dcu|dc|dss|decon\w*|tidss|de\d-mixer-\d)$|lcdif|arm,mali-dp|arm,(hdlcd|pl11[01])$|amlogic,meson.*-vpu$/,
    width: usualWidth,
  },
  {
    kind: 'camera',
    name: /^(camss|isp\w*|csi|csis|unicam|camera|cif|mipi-csi\w*|rkisp\w*|vin|vi|cal|capture)$/,
    compatible:
      /-(camss|isp\w*|csi|unicam|cif\w*|cio2|mipi-csi2?|vin|cal)$|-csi-bridge$|^renesas,vin-|tegra\d+-vi$/,
    width: usualWidth,
  },
  {
    kind: 'codec',
    name: /^(video-codec|video-codec-\w+|vpu\w*|venus|codec|video-decoder|video-encoder|vdec|venc|hevc\w*|jpeg\w*|nvjpg|nvdec|nvenc|vic|vsp|fdp1|rga|g2d|ge2d|mfc|cedar|deinterlace|rotate)$/,
    compatible:
      /-(venus\w*|vpu\w*|vdec\w*|venc\w*|rga\w*|jpeg\w*|hevc\w*|g2d|ge2d|mfc\w*|video-engine|vde|rotate)(-v\d+)?$|venus|cnm,|hantro/,
    width: usualWidth,
  },
  { kind: 'gpu', compatible: /mali-4|adreno|-v3d$|img,powervr|tegra.*-g[mkvp]\w+/, width: usualWidth },
  { kind: 'gpu', compatible: /mali-(t|g|bifrost|midgard|valhall)|-mali$|vivante,gc/, width: byRegister(40) },
  { kind: 'gpu', name: /^(gpu|v3d|mali|imageon|qpu)$/, width: usualWidth },
  {
    kind: 'processor',
    name: /^(remoteproc|dsp\w*|ipu\w*|adsp\w*|cdsp\w*|mpss|modem|mcu\w*|r5f\w*|pru\w*|npu|accel\w*|m4|cm7)$/,
    compatible: /-(rproc|ipu|dsp|pas|mss-pil|r5fss|pru|cm[47])$|[-,]npu$|remoteproc|-imx\w+-cm[47]$/,
    width: usualWidth,
  },
];

/** Disks, cards and flash. */
const storage: readonly DeviceRow[] = [
  { kind: 'storage', name: /^ufs(hci?)?$/, compatible: /-ufs(hci?)?(-|$)|jedec,ufs/, width: byRegister(64) },
  {
    kind: 'storage',
    name: /^(sata|ahci|sas)$/,
    compatible: /ahci|-sata(-|$)|-sas-v\d$/,
    width: byRegister(64),
  },
  {
    kind: 'storage',
    name: /^(mmc|sdhci|sd|sdio|emmc\d?|esdhc|usdhc|dwmmc\w*)$/,
    compatible: /sdhci|sdhc$|-mmc$|-emmc$|dw-mshc$/,
    leavesToController: true,
    width: byRegister(32),
  },
  {
    kind: 'storage',
    name: /^nand-controller$/,
    compatible: /-nand(-controller)?$|-nfc$/,
    leavesToController: true,
    width: usualWidth,
  },
];

const usb: readonly DeviceRow[] = [
  { kind: 'usb', compatible: /-xhci|^xhci-|xusb$/, width: byRegister(64) },
  { kind: 'usb', compatible: /dwc3$|-dwc3-|cdns,usb3$|cdns,usbss/, width: byRegister(64) },
  {
    kind: 'usb',
    name: /^(usb|usb3|dwc[23]|ehci|ohci|xhci|otg|cdns-usb)$/,
    compatible: /-ehci$|-ohci$|-musb$|-dwc2$|^snps,dwc2$|-usbotg$|usb2?-host$/,
    leavesToController: true,
    width: usualWidth,
  },
];

const network: readonly DeviceRow[] = [
  {
    kind: 'network',
    compatible: /^(cdns,.*(gem|macb)|xlnx,.*-gem|sifive,.*-gem|atmel,.*-(gem|macb)|microchip,.*-(gem|macb))$/,
    width: byRegister(44),
  },
  { kind: 'network', compatible: /^marvell,armada-7k-pp22$/, width: read(40) },
  { kind: 'network', compatible: /^brcm,(bcm\w+-)?genet(-v\d)?$/, width: byRegister(40) },
  { kind: 'network', compatible: /^fsl,(fman|qoriq-mc)$/, width: byRegister(40) },
  {
    kind: 'network',
    name: /^(ethernet|gmac|emac|fec|wifi|wlan|ipa)$/,
    compatible: /dwmac|-gmac$|-emac$|-fec$|-wifi$|-ipa$/,
    leavesToController: true,
    width: usualWidth,
  },
];

const engines: readonly DeviceRow[] = [
  { kind: 'crypto', compatible: /^fsl,sec-v5\.0(-job-ring)?$/, width: read(40) },
  { kind: 'crypto', compatible: /^fsl,sec-v[\d.]+$/, width: byRegister(32) },
  {
    kind: 'crypto',
    name: /^(crypto|crypto-engine|tsec)$/,
    compatible: /-crypto(-v[\d.]+)?$|safexcel-eip1?97\w*$|^arm,cryptocell|-ccp(-|$)|-qce$|-sa[23]ul$/,
    leavesToController: true,
    width: usualWidth,
  },
  { kind: 'dma', compatible: /^ti,.*-navss-.*-udmap$|^ti,am64-dmss-/, width: byRegister(48) },
  { kind: 'dma', compatible: /^renesas,dmac-|^renesas,rcar-dmac/, width: byRegister(40) },
  { kind: 'dma', compatible: /^xlnx,zynqmp-(dma|dpdma)/, width: byRegister(44) },
  {
    kind: 'dma',
    name: /^(dma|dma-controller|pdma|edma\w*|sdma|xor)$/,
    compatible: /^arm,pl(330|08[01])$|-[es]?dma(-\d[\w.]*)?$|^qcom,bam/,
    width: usualWidth,
  },
  {
    kind: 'audio',
    compatible: /-(toddr|frddr|hda|lpass-cpu|afe|afe-pcm|audio)$|admaif$/,
    leavesToController: true,
    width: usualWidth,
  },
  { kind: 'other', name: /^etr$/, width: byRegister(40) },
];

/** The devices that read and write memory by themselves, by sort; the first row that fits counts. */
export const deviceRows: readonly DeviceRow[] = [...media, ...storage, ...usb, ...network, ...engines];

/** What is plugged in behind a PCI host asks for its own width. */
export const pciWidth: DmaWidth = {
  bits: 64,
  evidence: 'inferred',
  says: 'most drivers of what is plugged in ask for them',
};
