import { OpenFile } from '../../../fs/file.ts';
import type { Inode, OpenRequest } from '../../../fs/inode.ts';
import type { Kernel } from '../../../init/kernel.ts';
import type { Task } from '../../../kernel/task.ts';
import { copyToUser, readUser } from '../../../mm/uaccess.ts';
import { DRM_IOCTL_GEM_CLOSE, DRM_IOCTL_PRIME_FD_TO_HANDLE, DRM_IOCTL_VERSION } from '../../../uapi/drm.ts';
import { type Errno, errno } from '../../../uapi/errno.ts';
import { asAddress, type Register } from '../../../uapi/registers.ts';
import { makeDevice } from '../../../uapi/stat.ts';
import { type Attachment, type DmaBuf, DmaBufFile } from '../../dma-buf/dma-buf.ts';

/**
 * The importer that needs no hardware: a DRM device that takes buffers in and does nothing with them. Plays
 * drivers/gpu/drm/vgem/vgem_drv.c with drm_prime.c and drm_gem.c behind it; of DRM's requests the three that importing
 * takes.
 */

const drmMajor = 226;
const utf8 = new TextEncoder();
const driver = {
  name: 'vgem',
  date: '20120112',
  description: 'Virtual GEM provider',
  version: [1, 0, 0] as const,
};

/** References that an imported buffer gets: from the import, from the object, and from the table of handles. */
const importReferences = 3;

/** A buffer that came in, under its handle. */
interface ImportedObject {
  readonly buffer: DmaBuf;
  readonly attachment: Attachment;
}

/** The device as one opener has it, with what he imported. */
export class VgemFile extends OpenFile {
  readonly #objects = new Map<number, ImportedObject>();
  #lastHandle = 0;

  constructor(request: OpenRequest, inode: Inode) {
    super(inode, request.flags, request.dentry);
  }

  /** The buffers that came in, and how many references each import holds. */
  get imports(): readonly { readonly buffer: DmaBuf; readonly references: number }[] {
    return [...this.#objects.values()].map(({ buffer }) => ({ buffer, references: importReferences }));
  }

  override ioctl(request: number, argument: Register, kernel: Kernel, task: Task): Errno {
    const address = asAddress(argument);
    switch (request) {
      case DRM_IOCTL_VERSION:
        return tellVersion(task, address);
      case DRM_IOCTL_PRIME_FD_TO_HANDLE:
        return this.#import(task, address);
      case DRM_IOCTL_GEM_CLOSE:
        return this.#close(kernel, task, address);
      default:
        return -errno.EINVAL;
    }
  }

  /** struct drm_prime_handle: handle u32 @0, flags u32 @4, fd s32 @8. A buffer that is in already keeps its handle. */
  #import(task: Task, address: number): Errno {
    const bytes = readUser(task, address, 12);
    if (typeof bytes === 'number') return bytes;
    const view = new DataView(bytes.buffer);
    const file = task.files.get(view.getInt32(8, true));
    if (file === undefined) return -errno.EBADF;
    if (!(file instanceof DmaBufFile)) return -errno.EINVAL;
    view.setUint32(0, this.#handleOf(file.buffer), true);
    return copyToUser(task, address, bytes) ? 0 : -errno.EFAULT;
  }

  #handleOf(buffer: DmaBuf): number {
    for (const [handle, object] of this.#objects) if (object.buffer === buffer) return handle;
    for (let reference = 0; reference < importReferences; reference += 1) buffer.file.get();
    const attachment = { deviceName: driver.name };
    buffer.attachments.push(attachment);
    this.#lastHandle += 1;
    this.#objects.set(this.#lastHandle, { buffer, attachment });
    return this.#lastHandle;
  }

  /** struct drm_gem_close: handle u32 @0, pad u32 @4. */
  #close(kernel: Kernel, task: Task, address: number): Errno {
    const bytes = readUser(task, address, 8);
    if (typeof bytes === 'number') return bytes;
    const handle = new DataView(bytes.buffer).getUint32(0, true);
    const object = this.#objects.get(handle);
    if (object === undefined) return -errno.EINVAL;
    this.#objects.delete(handle);
    giveBack(kernel, object);
    return 0;
  }

  protected override release(kernel: Kernel): void {
    for (const object of this.#objects.values()) giveBack(kernel, object);
    this.#objects.clear();
  }
}

function giveBack(kernel: Kernel, { buffer, attachment }: ImportedObject): void {
  buffer.attachments.splice(buffer.attachments.indexOf(attachment), 1);
  for (let reference = 0; reference < importReferences; reference += 1) buffer.file.put(kernel, 'importer');
}

/**
 * struct drm_version: major, minor, patchlevel s32 @0; name length u64 @16 and address u64 @24, then the same for date
 * @32 and description @48. Texts are cut to the room given, lengths are told whole.
 */
function tellVersion(task: Task, address: number): Errno {
  const bytes = readUser(task, address, 64);
  if (typeof bytes === 'number') return bytes;
  const view = new DataView(bytes.buffer);
  driver.version.forEach((part, index) => {
    view.setInt32(index * 4, part, true);
  });
  for (const [offset, text] of [
    [16, driver.name],
    [32, driver.date],
    [48, driver.description],
  ] as const) {
    const encoded = utf8.encode(text);
    const room = Number(view.getBigUint64(offset, true));
    const target = Number(view.getBigUint64(offset + 8, true));
    const part = encoded.subarray(0, Math.min(room, encoded.length));
    if (part.length > 0 && target !== 0 && !copyToUser(task, target, part)) return -errno.EFAULT;
    view.setBigUint64(offset, BigInt(encoded.length), true);
  }
  return copyToUser(task, address, bytes) ? 0 : -errno.EFAULT;
}

/** vgem_init(): /dev/dri/card0 and its render node. */
export function addVgem(kernel: Kernel): Errno {
  const { charDevices, drivers } = kernel;
  const registered = charDevices.register(drmMajor, 0, 256, 'drm');
  if (registered < 0) return registered;
  drivers.createClass({ name: 'drm', devnode: (name) => ({ path: `dri/${name}` }) });
  for (const [name, minor] of [
    ['card0', 0],
    ['renderD128', 128],
  ] as const) {
    const device = makeDevice(drmMajor, minor);
    charDevices.add(device, 1, (request, inode) => new VgemFile(request, inode));
    drivers.createDevice('drm', device, name);
  }
  return 0;
}
