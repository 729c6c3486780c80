import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runElfOn } from '../../emulator/testing/run-elf.ts';

// Runs Debian's static busybox for arm64 on an emulated HiKey: listing heaps, reading files of /proc, copying, a script.

const folder = fileURLToPath(new URL('../../.cache/busybox', import.meta.url));
const program = join(folder, 'bin/busybox');

/** Downloads the package where that was not done; false where that cannot be done. */
function fetched(): boolean {
  if (existsSync(program)) return true;
  mkdirSync(folder, { recursive: true });
  const options = { cwd: folder, timeout: 120_000, killSignal: 'SIGKILL' } as const;
  if (spawnSync('apt-get', ['download', 'busybox-static:arm64'], options).status !== 0) return false;
  const name = readdirSync(folder).find((file) => file.endsWith('.deb'));
  if (name === undefined) return false;
  execFileSync('dpkg', ['-x', join(folder, name), folder], options);
  return existsSync(program);
}

interface Check {
  readonly arguments: readonly string[];
  readonly expected: RegExp;
  readonly exitCode?: number;
}

const script = `
count=0
for heap in $(/bin/busybox ls /dev/dma_heap); do count=$((count + 1)); echo "heap $heap"; done
echo "$count heaps" | /bin/busybox tr a-z A-Z
/bin/busybox dd if=/dev/zero of=/tmp/file bs=4096 count=3 2>/dev/null
/bin/busybox wc -c < /tmp/file
exit 7
`;

const checks: readonly Check[] = [
  { arguments: ['ls', '-l', '/dev/dma_heap'], expected: /crw------- .* linux,cma\ncrw------- .* system\n/ },
  { arguments: ['cat', '/proc/meminfo'], expected: /^MemTotal: .*CmaTotal: +131072 kB/s },
  { arguments: ['uname', '-m'], expected: /^aarch64\n$/ },
  { arguments: ['sh', '-c', script], expected: /heap system\n2 HEAPS\n12288\n$/, exitCode: 7 },
];

if (!fetched()) console.log('busybox: skipped: busybox-static:arm64 cannot be downloaded here');
else {
  const bytes = new Uint8Array(readFileSync(program));
  for (const check of checks) {
    const seen = await runElfOn('hikey', bytes, {
      files: [{ path: '/bin/busybox', mode: 0o755, bytes }],
      path: '/bin/busybox',
      argv: ['busybox', ...check.arguments],
    });
    const agrees = check.expected.test(seen.stdout) && seen.exitCode === (check.exitCode ?? 0);
    const name = check.arguments.slice(0, 2).join(' ');
    console.log(
      `busybox ${name}: ${agrees ? 'as expected' : `${seen.exitCode}, ${seen.stdout}${seen.stderr}`}`,
    );
    if (!agrees) process.exitCode = 1;
  }
}
