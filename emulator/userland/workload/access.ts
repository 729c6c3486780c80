import * as z from 'zod';
import { DMA_BUF_SYNC_READ, DMA_BUF_SYNC_RW, DMA_BUF_SYNC_WRITE } from '../../linux/uapi/dma-buf.ts';
import { O_RDONLY, O_RDWR, O_WRONLY } from '../../linux/uapi/fcntl.ts';
import { PROT_READ, PROT_WRITE } from '../../linux/uapi/mman.ts';

/** Reading, writing or both, as steps say it. */
export const access = z.enum(['read', 'write', 'read-write'], 'expected read, write or read-write');

export type Access = z.output<typeof access>;

export const accessFlags: Readonly<Record<Access, number>> = {
  read: O_RDONLY,
  write: O_WRONLY,
  'read-write': O_RDWR,
};

export const accessProtection: Readonly<Record<Access, number>> = {
  read: PROT_READ,
  write: PROT_WRITE,
  'read-write': PROT_READ | PROT_WRITE,
};

export const accessSync: Readonly<Record<Access, number>> = {
  read: DMA_BUF_SYNC_READ,
  write: DMA_BUF_SYNC_WRITE,
  'read-write': DMA_BUF_SYNC_RW,
};
