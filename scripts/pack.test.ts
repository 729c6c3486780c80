import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'heapboard-pack-'));

const tree = `/dts-v1/;
/ {
	#address-cells = <2>;
	#size-cells = <2>;
	memory@40000000 { device_type = "memory"; reg = <0 0x40000000 0 0x40000000>; };
	reserved-memory {
		#address-cells = <2>;
		#size-cells = <2>;
		ranges;
		linux,cma { compatible = "shared-dma-pool"; reusable; size = <0 0x2000000>; linux,cma-default; };
	};
};
`;

/** Runs a program of the installed package with a PATH on which there is no dtc, only node itself. */
function heapboard(...args: readonly string[]): string {
  const bin = join(folder, 'bin');
  return execFileSync(process.execPath, [join(folder, 'node_modules/heapboard/dist/cli/main.js'), ...args], {
    cwd: folder,
    encoding: 'utf8',
    env: { PATH: bin, NO_COLOR: '1' },
  });
}

describe('the packed tarball', () => {
  let files: readonly string[] = [];

  beforeAll(() => {
    mkdirSync(join(folder, 'bin'));
    const packed = execFileSync('npm', ['pack', '--ignore-scripts', '--json', '--pack-destination', folder], {
      cwd: root,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const [tarball] = JSON.parse(packed) as [{ filename: string; files: { path: string }[] }];
    files = tarball.files.map((file) => file.path);
    writeFileSync(join(folder, 'package.json'), '{"name":"user","private":true}');
    execFileSync(
      'npm',
      ['install', '--prefer-offline', '--no-audit', '--no-fund', join(folder, tarball.filename)],
      {
        cwd: folder,
        stdio: 'ignore',
      },
    );
    writeFileSync(join(folder, 'board.dts'), tree);
  }, 300_000);

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('boots a .dts in an empty folder with no dtc on PATH', () => {
    const summary = JSON.parse(heapboard('boot', 'board.dts', '--json')) as {
      booted: boolean;
      heaps: { name: string }[];
    };
    expect(summary.booted).toBe(true);
    expect(summary.heaps.map((heap) => heap.name)).toEqual(['system', 'linux,cma']);
  });

  it('knows the boards and workloads that travel with it', () => {
    expect(heapboard('boards')).toContain('hikey960');
    expect(heapboard('run', 'hikey', 'gralloc')).toContain('gralloc');
  });

  it('holds the compiler with its sources, its origin and its licence', () => {
    expect(files).toEqual(
      expect.arrayContaining([
        'dist/dtc-parser/dtc.wasm',
        'dist/dtc-parser/fdtoverlay.wasm',
        'dist/dtc-parser/dtc-src.tar.xz',
        'dist/dtc-parser/SOURCE.json',
      ]),
    );
    expect(files.some((file) => /dist\/dtc-parser\/.*GPL/i.test(file))).toBe(true);
  });

  it('holds what a user needs and nothing else', () => {
    const expected =
      /^(dist\/(?!\.)|dts\/|fixtures\/(workloads|consumers)\/|LICENSE$|README\.md$|package\.json$)/;
    expect(files.filter((file) => !expected.test(file))).toEqual([]);
    expect(files.filter((file) => file.endsWith('.test.d.ts'))).toEqual([]);
    expect(existsSync(join(folder, 'node_modules/heapboard/emulator'))).toBe(false);
  });
});
