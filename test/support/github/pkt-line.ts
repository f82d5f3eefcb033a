/** Git's wire format: each line has its length in four hex digits before it; a length of zero ends a group. */

export const FLUSH = Buffer.from('0000');

export function packetLine(content: string | Buffer): Buffer {
  const bytes = Buffer.from(content);
  return Buffer.concat([Buffer.from((bytes.length + 4).toString(16).padStart(4, '0')), bytes]);
}

export interface RefUpdate {
  ref: string;
  /** Zeros when the ref is new. */
  before: string;
  /** Zeros when it is deleted. */
  after: string;
}

export interface PushRequest {
  updates: RefUpdate[];
  capabilities: string[];
  /** Empty when refs are only deleted. */
  pack: Buffer;
}

/** What a push asks for: the first group of lines, `OLD NEW REF\0capabilities`, and the pack behind it. */
export function parsePush(bytes: Buffer): PushRequest {
  const lines: string[] = [];
  let at = 0;
  for (;;) {
    const length = Number.parseInt(bytes.subarray(at, at + 4).toString('latin1'), 16);
    if (!(length > 4)) break;
    lines.push(bytes.subarray(at + 4, at + length).toString('utf8'));
    at += length;
  }
  const capabilities = (lines[0]?.split('\0')[1] ?? '').trim().split(' ');
  const updates = lines.map((line) => {
    const [before = '', after = '', ref = ''] = (line.split('\0')[0] ?? '').trim().split(' ');
    return { ref, before, after };
  });
  return { updates, capabilities, pack: bytes.subarray(at + 4) };
}

export const isZeros = (id: string) => /^0+$/.test(id);

/** The answer to a push that is declined: words for the person (`remote: ...`), and a reason for each ref. */
export function declinedPush(
  push: PushRequest,
  reasons: ReadonlyMap<string, string>,
  remarks: readonly string[],
): Buffer {
  const report = [
    packetLine('unpack ok\n'),
    ...push.updates.map(({ ref }) => packetLine(`ng ${ref} ${reasons.get(ref) ?? 'atomic push failure'}\n`)),
    FLUSH,
  ];
  if (!push.capabilities.includes('side-band-64k')) return Buffer.concat(report);
  const onBand = (band: number, content: Buffer) => packetLine(Buffer.concat([Buffer.from([band]), content]));
  const said = remarks.map((remark) => onBand(2, Buffer.from(`${remark}\n`)));
  return Buffer.concat([...said, onBand(1, Buffer.concat(report)), FLUSH]);
}
