import { describe, expect, it } from 'vitest';
import { androidAccounts, debianAccounts } from './accounts.ts';
import { applyRules } from './apply-rules.ts';
import { parseRules } from './parse-rules.ts';
import { matches } from './pattern.ts';
import type { RuledDevice } from './rule.ts';
import { applyUeventd, parseUeventd } from './ueventd.ts';

function heap(name: string): RuledDevice {
  const attributes: Readonly<Record<string, string>> = { dev: '252:1 ' };
  return {
    action: 'add',
    subsystem: 'dma_heap',
    name,
    devPath: `/devices/virtual/dma_heap/${name}`,
    nodeName: `dma_heap/${name}`,
    major: 252,
    minor: 1,
    attribute: (key) => attributes[key],
  };
}

function decide(text: string, name = 'linux,cma') {
  const { mode, uid, gid, links, problems } = applyRules(
    [parseRules(text, 'r.rules')],
    heap(name),
    debianAccounts,
  );
  return { mode, uid, gid, links, problems };
}

const nothing = { mode: undefined, uid: undefined, gid: undefined, links: [], problems: [] };

describe('udev rules', () => {
  it('give a group, and with it mode 0660 where no mode is said', () => {
    expect(decide('SUBSYSTEM=="dma_heap", GROUP="video"')).toEqual({ ...nothing, gid: 44, mode: 0o660 });
    expect(decide('SUBSYSTEM=="dma_heap", GROUP="video", MODE="640", OWNER="nobody"')).toEqual({
      ...nothing,
      gid: 44,
      mode: 0o640,
      uid: 65534,
    });
  });

  it.each([
    ['KERNEL=="linux,*"', true],
    ['KERNEL=="system|linux,cma"', true],
    ['KERNEL=="linux?cma"', true],
    ['KERNEL=="[a-l]inux,cma"', true],
    ['KERNEL=="[!l]inux,cma"', false],
    ['KERNEL!="system"', true],
    ['KERNEL=="system"', false],
    ['SUBSYSTEM=="drm"', false],
    ['ATTR{dev}=="252:1"', true],
    ['ATTR{dev}=="252:1 "', true],
    ['ATTR{missing}=="x"', false],
    ['ATTR{missing}!="x"', false],
    ['ENV{DEVNAME}=="/dev/dma_heap/*"', true],
    ['ENV{MAJOR}=="252", ACTION=="add"', true],
    ['DEVPATH=="*/dma_heap/*"', true],
    ['ACTION=="remove"', false],
  ])('match as %s says: %s', (condition, holds) => {
    expect(decide(`${condition}, MODE="0666"`).mode).toBe(holds ? 0o666 : undefined);
  });

  it('are read in order: the last one counts, unless one is final', () => {
    expect(decide('MODE="0600"\nMODE="0666"').mode).toBe(0o666);
    expect(decide('MODE:="0600"\nMODE="0666"').mode).toBe(0o600);
  });

  it('jump forward to a label', () => {
    const text = 'KERNEL!="system", GOTO="end"\nMODE="0666"\nLABEL="end"\nGROUP="video"';
    expect(decide(text)).toEqual({ ...nothing, gid: 44, mode: 0o660 });
    expect(decide(text, 'system').mode).toBe(0o666);
  });

  it('make links, add to them and take some away', () => {
    expect(decide('SYMLINK+="a b"\nSYMLINK+="%k-%M:%m"\nSYMLINK-="a"').links).toEqual([
      'b',
      'linux,cma-252:1',
    ]);
    expect(decide('SYMLINK+="a"\nSYMLINK="$env{SUBSYSTEM}/$attr{dev}"').links).toEqual(['dma_heap/252:1']);
  });

  it('keep what a rule sets for later ones', () => {
    expect(decide('KERNEL=="linux*", ENV{POOL}="yes"\nENV{POOL}=="yes", MODE="0644"').mode).toBe(0o644);
  });

  it('ignore a group that nobody knows, and say so', () => {
    expect(decide('GROUP="heaps", MODE="0660"')).toEqual({
      ...nothing,
      mode: 0o660,
      problems: ['r.rules:1: unknown group "heaps", ignored'],
    });
    expect(decide('GROUP="1234"').gid).toBe(1234);
  });

  it('may go on over lines, with comments between', () => {
    const text = '# heaps\nSUBSYSTEM=="dma_heap", \\\n  # not here\n  MODE="0664"\n\n';
    expect(decide(text).mode).toBe(0o664);
  });

  it('come in the order of their names, wherever they lie', () => {
    const files = [
      parseRules('MODE="0666"', '/etc/99.rules'),
      parseRules('MODE="0600"', '/usr/lib/10.rules'),
    ];
    expect(applyRules(files, heap('system'), debianAccounts).mode).toBe(0o666);
  });

  it('note what has no effect', () => {
    const { notes, rules } = parseRules('TAG+="seat", MODE="0660"\nPROGRAM=="/bin/true", MODE="0666"', 'r');
    expect(notes).toEqual([
      'r:1: TAG is ignored: tags are for seat and service managers, which are not modelled',
      'r:2: the rule is left out: PROGRAM cannot be decided here',
    ]);
    expect(rules).toHaveLength(1);
  });

  it.each([
    ['MODE="0660"\nSUBSYSTEM="dma_heap"', /r\.rules:2:1: SUBSYSTEM is compared/],
    ['GROUP=="video"', /r\.rules:1:1: GROUP is set with "="/],
    ['SUBSYSTEM=="dma_heap", GRUOP="video"', /r\.rules:1:24: unknown key "GRUOP"/],
    ['SUBSYSTEM=="dma_heap, GROUP="video"', /r\.rules:1:30: expected KEY=="value"/],
    ['MODE="rw"', /r\.rules:1:1: MODE="rw" is no octal mode/],
    ['ATTR=="x"', /ATTR needs the name of an attribute/],
    ['LABEL="a"\nGOTO="a"', /r\.rules:2:1: GOTO="a" has no LABEL="a" after it/],
    ['hello', /r\.rules:1:1: expected KEY=="value" or KEY="value", found "hello"/],
  ])('that are wrong are refused with their line: %j', (text, message) => {
    expect(() => parseRules(text, 'r.rules')).toThrow(message);
  });
});

describe('ueventd.rc', () => {
  const decideBy = (text: string, name = 'system') =>
    applyUeventd([parseUeventd(text, 'u.rc', androidAccounts)], heap(name));

  it('gives what the last line that matches says', () => {
    const text = '/dev/dma_heap/* 0444 system system\n/dev/dma_heap/system 0660 system graphics # mine\n';
    expect(decideBy(text)).toMatchObject({ mode: 0o660, uid: 1000, gid: 1003 });
    expect(decideBy(text, 'linux,cma')).toMatchObject({ mode: 0o444, uid: 1000, gid: 1000 });
  });

  it('leaves other nodes to root', () => {
    expect(decideBy('/dev/ion 0664 system system')).toMatchObject({
      mode: 0o600,
      uid: 0,
      gid: 0,
      decided: [],
    });
  });

  it('stops at slashes except for a star at the end', () => {
    expect(decideBy('/dev/*/system 0666 root root').mode).toBe(0o666);
    expect(decideBy('/dev/*tem 0666 root root').mode).toBe(0o600);
    expect(decideBy('/dev/*tem 0666 root root no_fnm_pathname').mode).toBe(0o666);
    expect(decideBy('/dev/* 0666 root root').mode).toBe(0o666);
  });

  it('tells where ueventd would put nodes without a section for the class', () => {
    expect(decideBy('/dev/dma_heap/* 0444 system system').problems[0]).toMatch(/would make \/dev\/system/);
    const section = 'subsystem dma_heap\n  devname uevent_devpath\n  dirname /dev/dma_heap\n';
    expect(decideBy(section).problems).toEqual([]);
  });

  it.each([
    ['\n/dev/x 0999 root root', /u\.rc:2:1: "0999" is no octal mode/],
    ['/dev/x 0666 root', /needs a mode, a user and a group/],
    ['/dev/x 0666 root heaps', /unknown group "heaps"/],
    ['/dev/x 0666 root root twice', /no_fnm_pathname/],
    ['subsystem a\n  dirname dev', /dirname is a path/],
    ['on boot', /"on" is neither a path nor a word/],
  ])('is refused with its line: %j', (text, message) => {
    expect(() => parseUeventd(text, 'u.rc', androidAccounts)).toThrow(message);
  });
});

it('a pattern with odd letters matches nothing by accident', () => {
  expect(matches('linux.cma', 'linux,cma')).toBe(false);
  expect(matches('a[b', 'a[b')).toBe(true);
  expect(matches('(a+)$', '(a+)$')).toBe(true);
});
