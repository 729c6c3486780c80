import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { gzipStored } from './gzip.ts';

describe('a stored gzip file', () => {
  it.each([0, 1, 65535, 65536, 200_000])('unpacks to the %i bytes that went in', (length) => {
    const content = Uint8Array.from({ length }, (_, index) => (index * 31) & 255);
    expect(new Uint8Array(gunzipSync(gzipStored(content)))).toEqual(content);
  });
});
