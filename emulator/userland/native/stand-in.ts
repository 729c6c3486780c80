/** What a descriptor of a program stands for. */
export type StandInKind = 'device' | 'buffer' | 'sync-file' | 'folder' | 'file';

/** An open file of the board, for which programs hold a file of the host. */
export interface StandIn {
  readonly id: number;
  /** Which of our files it lies in; 0 for none. */
  readonly place: number;
  readonly kind: StandInKind;
  /** Its number in the board's table of descriptors. */
  readonly boardFd: number;
  /** The path that it was opened by; of buffers the heap's name. */
  readonly label: string;
  readonly sizeBytes: number;
  /** Told when the last descriptor, copy in flight and mapping is gone. */
  readonly onRelease: () => void;
}

/** What a stand-in is made from. */
export interface StandInFacts {
  readonly kind: StandInKind;
  readonly boardFd: number;
  readonly label: string;
  readonly sizeBytes?: number;
  /** 0 to 3, as open() takes it. */
  readonly accessMode: number;
  readonly content?: Uint8Array;
  /** A descriptor of ours for a file of memory of the program's own, whose pages the stand-in is to share. */
  readonly shared?: number;
  onRelease(standIn: StandIn): void;
}

/** The program that gets a stand-in. */
export interface Recipient {
  /** Whether it opens our file by its name, in place of taking over an open file of ours. */
  readonly reopens: boolean;
  /** Puts a descriptor of ours into it, opened with flags where it opens it anew; its number there, or -errno. */
  install(fd: number, flags: number): number;
  readonly pid: number;
  /** A path by which its descriptor can be reached. */
  linkOf(fd: number): string;
}

/** A stand-in, and the descriptor that the program got for it. */
export interface Handed {
  readonly standIn: StandIn;
  readonly fd: number;
}
