import type { SourcePosition } from '../../base/position.ts';

/** `KEY{ATTRIBUTE} OPERATOR "VALUE"` */
export interface RuleToken {
  readonly key: string;
  readonly attribute: string | undefined;
  readonly operator: RuleOperator;
  readonly value: string;
  readonly position: SourcePosition;
}

export type RuleOperator = '==' | '!=' | '=' | '+=' | '-=' | ':=';

/** One line of a rules file. */
export interface Rule {
  readonly position: SourcePosition;
  readonly matches: readonly RuleToken[];
  readonly assigns: readonly RuleToken[];
  readonly label: string | undefined;
  readonly goTo: string | undefined;
}

/** A rules file that parsed. */
export interface RulesFile {
  readonly file: string;
  readonly rules: readonly Rule[];
  /** What the file says that is not modelled, one sentence each. */
  readonly notes: readonly string[];
}

/** What a device's node should be. */
export interface NodeWish {
  readonly mode: number | undefined;
  readonly uid: number | undefined;
  readonly gid: number | undefined;
  /** Links that should lead to it, below /dev. */
  readonly links: readonly string[];
  /** Which line decided what, in order: `mode 0660`. */
  readonly decided: readonly { readonly what: string; readonly position: SourcePosition }[];
  /** What was asked for and could not be had, such as an unknown group. */
  readonly problems: readonly string[];
}

/** A device as rules see it. */
export interface RuledDevice {
  readonly action: 'add';
  /** `dma_heap` */
  readonly subsystem: string;
  /** `linux,cma` */
  readonly name: string;
  /** `/devices/virtual/dma_heap/linux,cma` */
  readonly devPath: string;
  /** `dma_heap/linux,cma`, below /dev. */
  readonly nodeName: string;
  readonly major: number;
  readonly minor: number;
  /** The text of a sysfs attribute; undefined where there is none. */
  attribute(name: string): string | undefined;
}
