import { describe, expect, it } from 'vitest';
import { type SmallKernelOptions, smallKernel } from '../../testing/small-kernel.ts';
import { loadedModules } from '../../userland/kmod/folder.ts';
import { insmod, lsmod, modprobe, rmmod } from '../../userland/kmod/tools.ts';
import { type Process, spawnProcess } from '../../userland/process.ts';
import { addDefinedModule, addGivenModule } from '../init/initramfs.ts';
import type { Kernel } from '../init/kernel.ts';
import { plainPlatform } from '../init/platform.ts';
import { O_RDWR } from '../uapi/fcntl.ts';
import type { ModuleDefinition } from './module/definition.ts';
import { heapFunctions, heapNamespaces } from './module/heap-modules.ts';
import { writeModuleImage } from './module/write-image.ts';

const asModules = ['DMABUF_HEAPS_SYSTEM=m', 'DMABUF_HEAPS_CMA=m'];

function boot(options: SmallKernelOptions = {}): { kernel: Kernel; root: Process } {
  const kernel = smallKernel({ release: '7.2', symbols: asModules, ...options });
  return { kernel, root: spawnProcess(kernel) };
}

const texts = (kernel: Kernel) => kernel.log.lines.map(({ text }) => text);

/** A heap of somebody's own, which does nothing but load. */
function pluggedIn(changes: Partial<ModuleDefinition> = {}): ModuleDefinition {
  return {
    name: 'my_heap',
    description: 'mine',
    symbol: undefined,
    path: 'extra/my-heap',
    needs: heapFunctions,
    imports: heapNamespaces,
    exists: () => true,
    isTristate: () => true,
    estimate: { textBytes: 1, constantBytes: 1, dataBytes: 1 },
    init: () => 0,
    ...changes,
  };
}

describe('the heaps as modules', () => {
  it('are there when they are loaded, in the order of loading', () => {
    const { kernel, root } = boot();
    expect(() => root.open('/dev/dma_heap/system', O_RDWR)).toThrow(/ENOENT/);
    expect(modprobe(root, 'cma_heap')).toMatchObject({ exitCode: 0 });
    expect(modprobe(root, 'system-heap')).toMatchObject({ exitCode: 0 });
    expect(kernel.dmaHeaps.all.map(({ name, minor }) => `${minor} ${name}`)).toEqual([
      '0 default_cma_region',
      '1 linux,cma',
      '2 system',
    ]);
    expect(root.open('/dev/dma_heap/system', O_RDWR)).toBeGreaterThanOrEqual(0);
  });

  it('are listed newest first, as permanent, with the buffers that hold them', () => {
    const { root } = boot();
    modprobe(root, 'cma_heap');
    modprobe(root, 'system_heap');
    const heap = root.open('/dev/dma_heap/linux,cma', O_RDWR);
    root.dmaHeapAlloc(heap, 4096, O_RDWR);
    expect(root.readFile('/proc/modules')).toBe(
      'system_heap 16384 0 [permanent], Live 0x0000000000000000\n' +
        'cma_heap 12288 1 [permanent], Live 0x0000000000000000\n',
    );
    expect(lsmod(root)).toEqual([
      'Module                  Size  Used by',
      'system_heap            16384  0',
      'cma_heap               12288  1',
    ]);
    expect(root.readFile('/sys/module/cma_heap/refcnt')).toBe('1\n');
  });

  it('cannot be taken away: the tool stops at use, the kernel at the missing exit', () => {
    const { root } = boot();
    modprobe(root, 'cma_heap');
    expect(rmmod(root, 'cma_heap')).toMatchObject({
      exitCode: 1,
      stderr: ['rmmod: ERROR: could not remove module cma_heap: Device or resource busy'],
      error: { code: 'EBUSY' },
    });
    root.dmaHeapAlloc(root.open('/dev/dma_heap/linux,cma', O_RDWR), 4096, O_RDWR);
    expect(rmmod(root, 'cma_heap').stderr).toEqual(['rmmod: ERROR: Module cma_heap is in use']);
    expect(loadedModules(root)).toEqual(['cma_heap']);
  });

  it('are loaded once: insmod is told so, modprobe is content', () => {
    const { root } = boot();
    modprobe(root, 'cma_heap');
    expect(modprobe(root, 'cma_heap').exitCode).toBe(0);
    expect(insmod(root, 'cma_heap')).toMatchObject({
      stderr: ['insmod: ERROR: could not insert module cma_heap: File exists'],
      error: { code: 'EEXIST' },
    });
  });

  it('need a privilege that ordinary users have not got', () => {
    const { kernel } = boot();
    const user = spawnProcess(kernel, { uid: 1000 });
    expect(modprobe(user, 'cma_heap').error).toMatchObject({ code: 'EPERM' });
    expect(rmmod(user, 'cma_heap').stderr).toEqual(['rmmod: ERROR: Module cma_heap is not currently loaded']);
  });

  it('are a matter of the image where they are built in', () => {
    const { root } = boot({ symbols: [] });
    expect(modprobe(root, 'cma_heap').exitCode).toBe(0);
    expect(rmmod(root, 'cma_heap').stderr).toEqual(['rmmod: ERROR: Module cma_heap is builtin.']);
    expect(root.readFile('/proc/modules')).toBe('');
  });

  it('are not found where they were not built', () => {
    const { root } = boot({ symbols: ['DMABUF_HEAPS_CMA=n'] });
    expect(modprobe(root, 'cma_heap').stderr).toEqual([
      'modprobe: FATAL: Module cma_heap not found in directory /lib/modules/7.2.13',
    ]);
  });

  it('were proposed in 2019 without namespaces, and make a heap of every area', () => {
    const { kernel, root } = boot({ release: 'rfc-2019-modules' });
    expect(modprobe(root, 'cma_heap').exitCode).toBe(0);
    expect(kernel.modules.get('cma_heap')?.image.imports).toEqual([]);
    expect(kernel.dmaHeaps.all.map(({ name }) => name)).toEqual(['linux,cma']);
  });

  it('load to no effect where there is no area', () => {
    const { kernel, root } = boot({ areas: [], bootargs: 'cma=0' });
    expect(modprobe(root, 'cma_heap').exitCode).toBe(0);
    expect(kernel.dmaHeaps.all).toEqual([]);
  });

  it('are gone again where their init fails', () => {
    const { kernel, root } = boot();
    addDefinedModule(
      kernel,
      pluggedIn({
        init: (own) => {
          own.dmaHeaps.add({
            name: 'default_cma_region',
            operations: { allocate: () => -12 },
            kind: 'other',
          });
          return 0;
        },
      }),
    );
    modprobe(root, 'my_heap');
    expect(insmod(root, 'cma_heap').stderr).toEqual([
      'insmod: ERROR: could not insert module cma_heap: File exists',
    ]);
    // modprobe takes EEXIST for a module that somebody else has just loaded, whoever said it.
    expect(modprobe(root, 'cma_heap').exitCode).toBe(0);
    expect(loadedModules(root)).toEqual(['my_heap']);
  });
});

describe('a heap of somebody else as a module', () => {
  it('is refused with every unknown symbol where the release exports none', () => {
    const { kernel, root } = boot({ release: '6.12', symbols: [] });
    addDefinedModule(kernel, pluggedIn());
    expect(insmod(root, 'my_heap')).toMatchObject({
      stderr: ['insmod: ERROR: could not insert module my_heap: Unknown symbol in module'],
      error: { code: 'ENOENT' },
    });
    expect(texts(kernel)).toEqual(
      expect.arrayContaining([
        'my_heap: Unknown symbol dma_heap_add (err -2)',
        'my_heap: Unknown symbol dma_heap_get_drvdata (err -2)',
      ]),
    );
    expect(texts(kernel).some((text) => text.includes('dma_buf_export'))).toBe(false);
  });

  it('is loaded where the release exports them', () => {
    const { kernel, root } = boot({ release: '6.18', symbols: [] });
    addDefinedModule(kernel, pluggedIn());
    expect(insmod(root, 'my_heap').exitCode).toBe(0);
  });

  it('must import the namespaces whose symbols it uses', () => {
    const { kernel, root } = boot();
    addDefinedModule(kernel, pluggedIn({ imports: () => ['DMA_BUF'] }));
    expect(insmod(root, 'my_heap')).toMatchObject({
      stderr: ['insmod: ERROR: could not insert module my_heap: Invalid parameters'],
      error: { code: 'EINVAL' },
    });
    expect(texts(kernel)).toEqual(
      expect.arrayContaining([
        'my_heap: module uses symbol (dma_heap_add) from namespace DMA_BUF_HEAP, but does not import it.',
        'my_heap: Unknown symbol dma_heap_add (err -22)',
      ]),
    );
  });

  it('is loaded all the same where the configuration allows missing imports', () => {
    const { kernel, root } = boot({ symbols: ['MODULE_ALLOW_MISSING_NAMESPACE_IMPORTS=y'] });
    addDefinedModule(kernel, pluggedIn({ imports: () => [] }));
    expect(insmod(root, 'my_heap').exitCode).toBe(0);
  });

  it('comes after what it depends on, and goes before it', () => {
    const { kernel, root } = boot();
    const name = 'my_core_do';
    const base = pluggedIn({
      name: 'my_core',
      path: 'extra/my_core',
      needs: () => [],
      imports: () => [],
      exports: [{ name, namespace: undefined }],
      exit: () => undefined,
    });
    const user = pluggedIn({ depends: ['my_core'], needs: () => [name], exit: () => undefined });
    addDefinedModule(kernel, base);
    addDefinedModule(kernel, user);
    expect(modprobe(root, 'my_heap').exitCode).toBe(0);
    expect(loadedModules(root)).toEqual(['my_heap', 'my_core']);
    expect(rmmod(root, 'my_core').stderr).toEqual(['rmmod: ERROR: Module my_core is in use by: my_heap']);
    expect(rmmod(root, 'my_heap').exitCode).toBe(0);
    expect(rmmod(root, 'my_core').exitCode).toBe(0);
    expect(root.readFile('/proc/modules')).toBe('');
    expect(() => root.readdir('/sys/module/my_core')).toThrow(/ENOENT/);
  });
});

describe('a given module file', () => {
  const image = {
    name: 'their_heap',
    license: 'GPL',
    depends: [],
    imports: ['DMA_BUF', 'DMA_BUF_HEAP'],
    needs: ['dma_heap_add', 'printk'],
    inTree: false,
    description: undefined,
    parameters: [],
    sections: { textBytes: 9000, constantBytes: 1, dataBytes: 1024 },
  };

  it('is taken for built for the running kernel where its series is that one, and taints it', () => {
    const { kernel, root } = boot();
    addGivenModule(kernel, writeModuleImage({ ...image, versionMagic: '7.2.0-gki SMP preempt aarch64' }));
    expect(modprobe(root, 'their_heap').exitCode).toBe(0);
    expect(root.readFile('/proc/modules')).toBe(
      'their_heap 20480 0 [permanent], Live 0x0000000000000000 (O)\n',
    );
    expect(texts(kernel)).toContain('their_heap: loading out-of-tree module taints kernel.');
  });

  it('is refused for its version magic otherwise', () => {
    const { kernel, root } = boot();
    addGivenModule(kernel, writeModuleImage({ ...image, versionMagic: '6.12.1 SMP mod_unload aarch64' }));
    expect(modprobe(root, 'their_heap')).toMatchObject({
      stderr: ["modprobe: ERROR: could not insert 'their_heap': Exec format error"],
    });
    expect(texts(kernel)).toContain(
      "their_heap: version magic '6.12.1 SMP mod_unload aarch64' should be '7.2.13 SMP mod_unload aarch64'",
    );
  });

  it('is shown with the parameters that it was given and knows', () => {
    const { kernel, root } = boot();
    const known = { ...image, parameters: ['verbose'], versionMagic: '7.2.1 SMP aarch64' };
    addGivenModule(kernel, writeModuleImage(known));
    expect(modprobe(root, 'their_heap', 'verbose=1 colour=red').exitCode).toBe(0);
    expect(root.readFile('/sys/module/their_heap/parameters/verbose')).toBe('1\n');
    expect(texts(kernel)).toContain("their_heap: unknown parameter 'colour' ignored");
  });

  it('finds no GPL symbols under another licence', () => {
    const { kernel, root } = boot();
    addGivenModule(
      kernel,
      writeModuleImage({ ...image, license: 'Proprietary', versionMagic: '7.2.1 SMP aarch64' }),
    );
    expect(modprobe(root, 'their_heap').error).toMatchObject({ code: 'ENOENT' });
    expect(texts(kernel)).toContain('their_heap: Unknown symbol dma_heap_add (err -2)');
  });
});

describe('the protected heap', () => {
  const offer = {
    ...plainPlatform,
    tee: { staticPool: undefined, dynamicBytes: 8n << 20n, uses: ['secure-video' as const] },
  };
  const asOptee = ['TEE=m', 'OPTEE=m', 'TEE_DMABUF_HEAPS=y'];
  const heap = '/dev/dma_heap/protected,secure-video';

  it('comes when optee is loaded, after tee, and stays when it goes', () => {
    const { kernel, root } = boot({ release: '6.18', symbols: asOptee, platform: offer });
    expect(() => root.open(heap, O_RDWR)).toThrow(/ENOENT/);
    expect(modprobe(root, 'optee').exitCode).toBe(0);
    expect(loadedModules(root)).toEqual(['optee', 'tee']);
    const fd = root.open(heap, O_RDWR);
    const buffer = root.dmaHeapAlloc(fd, 4096, O_RDWR);
    expect(rmmod(root, 'tee').stderr).toEqual(['rmmod: ERROR: Module tee is in use by: optee']);
    expect(rmmod(root, 'optee').stderr).toEqual(['rmmod: ERROR: Module optee is in use']);
    root.close(buffer);
    expect(rmmod(root, 'optee').exitCode).toBe(0);
    expect(() => root.dmaHeapAlloc(fd, 4096, O_RDWR)).toThrow(/EINVAL/);
    expect(modprobe(root, 'optee').exitCode).toBe(0);
    expect(root.dmaHeapAlloc(fd, 4096, O_RDWR)).toBeGreaterThan(fd);
    expect(kernel.modules.get('optee')?.heaps).toEqual(['protected,secure-video']);
  });

  it('is there from the boot where optee is built in', () => {
    const { root } = boot({
      release: '6.18',
      symbols: ['TEE=y', 'OPTEE=y', 'TEE_DMABUF_HEAPS=y'],
      platform: offer,
    });
    expect(root.open(heap, O_RDWR)).toBeGreaterThanOrEqual(0);
    expect(modprobe(root, 'optee').exitCode).toBe(0);
    expect(root.readFile('/proc/modules')).toBe('');
  });

  it('does not exist in older releases', () => {
    const { root } = boot({ release: '6.12', symbols: asOptee, platform: offer });
    expect(modprobe(root, 'optee').stderr[0]).toMatch(/FATAL: Module optee not found/);
  });
});
