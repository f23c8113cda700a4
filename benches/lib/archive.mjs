// Archives as an attacker would write them: a tar writer that obeys nobody, and gzip members joined at will.
import { crc32, deflateRawSync, gzipSync, constants } from 'node:zlib';

const BLOCK = 512;

/** One tar entry. `data` is what follows the header; `size` is what the header claims, any string for the raw field. */
export function entry({ name, data = Buffer.alloc(0), size, type = '0', link = '', prefix = '', mode = '0000644', magic = 'ustar\0' + '00', badChecksum = false }) {
  const body = Buffer.from(data);
  const header = Buffer.alloc(BLOCK);
  Buffer.from(name).copy(header, 0, 0, 100);
  header.write(mode, 100);
  header.write('0000000', 108);
  header.write('0000000', 116);
  if (Buffer.isBuffer(size)) size.copy(header, 124, 0, 12);
  else header.write(typeof size === 'string' ? size : (size ?? body.length).toString(8).padStart(11, '0'), 124, 12, 'latin1');
  header.write('00000000000', 136);
  header.fill(0x20, 148, 156);
  header.write(type, 156, 1, 'latin1');
  Buffer.from(link).copy(header, 157, 0, 100);
  header.write(magic, 257, 'latin1');
  Buffer.from(prefix).copy(header, 345, 0, 155);
  let sum = 0;
  for (const byte of header) sum += byte;
  header.write((badChecksum ? sum + 1 : sum).toString(8).padStart(6, '0') + '\0 ', 148);
  return Buffer.concat([header, body, Buffer.alloc((BLOCK - (body.length % BLOCK)) % BLOCK)]);
}

/** A pax header (POSIX.1-2001) with these records, which apply to the entry behind it. */
export function pax(records, type = 'x') {
  const text = Object.entries(records)
    .map(([key, value]) => {
      const tail = ` ${key}=${value}\n`;
      let length = Buffer.byteLength(tail);
      while (String(length).length + Buffer.byteLength(tail) !== length) length = String(length).length + Buffer.byteLength(tail);
      return length + tail;
    })
    .join('');
  return entry({ name: 'PaxHeader', data: text, type });
}

export const END = Buffer.alloc(2 * BLOCK);

export function tar(entries, end = END) {
  return Buffer.concat([...entries, end]);
}

export const gzip = (bytes, level = 6) => gzipSync(bytes, { level });

/** A package archive with these files. */
export function pack(files, extra = []) {
  const all = Object.entries(files).map(([name, data]) => entry({ name: `package/${name}`, data }));
  return gzip(tar([...all, ...extra]), 1);
}

/** A gzip member that inflates to `count` times 16 MiB of zeros behind `head`; its trailer claims `claimed` bytes. */
export function bomb(head, count, claimed = 512) {
  const flush = { level: 9, finishFlush: constants.Z_FULL_FLUSH };
  const chunk = deflateRawSync(Buffer.alloc(16 << 20), flush);
  const last = deflateRawSync(Buffer.alloc(1), { level: 9 });
  const trailer = Buffer.alloc(8);
  trailer.writeUInt32LE(crc32(head), 0);
  trailer.writeUInt32LE(claimed, 4);
  const header = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 2, 255]);
  return Buffer.concat([header, deflateRawSync(head, flush), ...Array(count).fill(chunk), last, trailer]);
}

/** `count` two-byte files, written into one buffer: a header differs from the next only in seven digits and its checksum. */
export function manyFiles(count) {
  const one = entry({ name: 'package/0000000.js', data: '1;' });
  const all = Buffer.alloc(one.length * count);
  let base = 0;
  for (let i = 0; i < BLOCK; i++) base += i >= 148 && i < 156 ? 0x20 : one[i];
  for (let i = 0; i < count; i++) {
    const at = i * one.length;
    one.copy(all, at);
    const digits = String(i).padStart(7, '0');
    let sum = base;
    for (let d = 0; d < 7; d++) {
      sum += digits.charCodeAt(d) - 0x30;
      all[at + 8 + d] = digits.charCodeAt(d);
    }
    all.write(sum.toString(8).padStart(6, '0'), at + 148, 'latin1');
  }
  return all;
}
