/** What a module's file says of itself: the sections that the loader reads. */
export interface ModuleImage {
  readonly name: string;
  readonly versionMagic: string;
  readonly license: string;
  /** Modules that modprobe loads before it. */
  readonly depends: readonly string[];
  /** The namespaces whose symbols it may use. */
  readonly imports: readonly string[];
  /** The symbols that it wants of the kernel or of other modules, in the order of its table. */
  readonly needs: readonly string[];
  /** False for modules from outside the kernel's tree. */
  readonly inTree: boolean;
  readonly description: string | undefined;
  /** Names of its parameters. */
  readonly parameters: readonly string[];
  /** What stays in memory after its init, before rounding to pages. */
  readonly sections: ModuleSections;
}

/** Bytes by the protection that their pages get. */
export interface ModuleSections {
  readonly textBytes: number;
  readonly constantBytes: number;
  readonly dataBytes: number;
}

/** What the module takes in memory: each kind of section on pages of its own. Plays the layout of 5.6 to 7.3. */
export function loadedBytes(sections: ModuleSections, pageSizeBytes: number): number {
  const { textBytes, constantBytes, dataBytes } = sections;
  const pages = [textBytes, constantBytes, dataBytes].map((bytes) => Math.ceil(bytes / pageSizeBytes));
  return pages.reduce((sum, count) => sum + count, 0) * pageSizeBytes;
}
