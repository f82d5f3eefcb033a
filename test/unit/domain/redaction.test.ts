import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRedactor, redactJson, secretValues } from '../../../src/domain/redaction.ts';

const secretText = fc
  .oneof(
    fc.string({ unit: 'grapheme-ascii', minLength: 6, maxLength: 60 }),
    fc.string({ unit: 'grapheme', minLength: 6, maxLength: 40 }),
    fc.string({ unit: fc.constantFrom(...'ab"\'\\\n\r\t {}+/=%&é漢😀'), minLength: 6, maxLength: 40 }),
    fc.base64String({ minLength: 8, maxLength: 60 }),
    fc.uuid(),
  )
  .filter((secret) => secret.trim().length >= 6);
const around = fc.string({ unit: 'grapheme', maxLength: 30 });

/** Every way in which a secret may stand in a text, as other programs write it. */
const encodings: Record<string, (secret: string) => string> = {
  raw: (secret) => secret,
  base64: (secret) => Buffer.from(secret).toString('base64').replaceAll('=', ''),
  base64url: (secret) => Buffer.from(secret).toString('base64url'),
  hex: (secret) => Buffer.from(secret).toString('hex'),
  HEX: (secret) => Buffer.from(secret).toString('hex').toUpperCase(),
  'URL-encoded': (secret) => encodeURIComponent(secret),
  'form-encoded': (secret) => new URLSearchParams([['', secret]]).toString().slice(1),
  'JSON-escaped': (secret) => JSON.stringify(secret).slice(1, -1),
};

describe('a secret', () => {
  it.each(Object.entries(encodings))('does not come through %s', (_, encode) => {
    fc.assert(
      fc.property(secretText, around, around, (secret, before, after) => {
        const shown = createRedactor([secret])(`${before}${encode(secret)}${after}`);
        expect(shown).toContain('***');
        expect(shown).not.toContain(secret.trim());
        // The last base64 character may hold bits of what follows, so it is no part of the secret alone.
        expect(shown).not.toContain(encode(secret));
      }),
      { numRuns: 300 },
    );
  });

  it('does not come through base64 of a longer text, wherever it stands in it', () => {
    fc.assert(
      fc.property(
        secretText,
        fc.uint8Array({ maxLength: 9 }),
        fc.uint8Array({ maxLength: 9 }),
        fc.constantFrom('base64' as const, 'base64url' as const),
        (secret, before, after, encoding) => {
          const encoded = Buffer.concat([before, Buffer.from(secret), after]).toString(encoding);
          const shown = createRedactor([secret])(encoded);
          expect(shown).toContain('***');
          const left = shown.split('***').map((piece) => Buffer.from(piece, 'base64').toString());
          expect(left.some((piece) => piece.includes(secret))).toBe(false);
          expect(shown.length - 3).toBeLessThanOrEqual(
            encoded.length - Math.floor((Buffer.byteLength(secret) * 8) / 6) + 2,
          );
        },
      ),
      { numRuns: 500 },
    );
  });

  it('does not come through Basic authorization, at any length of the user name', () => {
    const redact = createRedactor(['hunter2-hunter2']);
    for (const user of ['', 'u', 'us', 'usr', 'user']) {
      const header = `Authorization: Basic ${Buffer.from(`${user}:hunter2-hunter2`).toString('base64')}`;
      expect(redact(header)).toMatch(/^Authorization: Basic \S{0,8}\*\*\*\S{0,4}$/);
    }
  });

  it('of many lines does not come through line by line either', () => {
    const redact = createRedactor(['first-line\r\nsecond-line\n']);
    expect(redact('log: second-line')).toBe('log: ***');
    expect(redact('first-line')).toBe('***');
  });

  it('hides with others that hold it, or that it holds', () => {
    expect(createRedactor(['abcdef', 'abcdefghij'])('x abcdefghij y abcdef z')).toBe('x *** y *** z');
  });

  it('may be made of the signs of regular expressions', () => {
    const secret = '.*+?^$' + '{}()|[]\\/-';
    expect(createRedactor([secret])(`a ${secret} b, but ordinary words stay`)).toBe('a *** b, but ordinary words stay');
  });
});

describe('what is not a secret', () => {
  it('survives when values are short or empty', () => {
    const redact = createRedactor(['', 'on', '1', 'main', '     x', '\n\n\n\n\n\n\n']);
    const text = 'main is on line 1\n\n\n\n\n\n\nof x';
    expect(redact(text)).toBe(text);
  });

  it('survives beside one', () => {
    fc.assert(
      fc.property(fc.uuid(), fc.lorem({ maxCount: 20 }), (secret, words) => {
        expect(createRedactor([secret])(`${words} ${secret} ${words}`)).toBe(`${words} *** ${words}`);
      }),
    );
  });
});

describe('keys known by their form', () => {
  const long = 'aB3'.repeat(20);
  it.each([
    `ghp_${long.slice(0, 36)}`,
    `ghs_${long.slice(0, 36)}`,
    `github_pat_${long}`,
    `sk-ant-api03-${long}`,
    `AIza${long.slice(0, 35)}`,
    `AIza${long.slice(0, 34)}-`,
    `AIza${long.slice(0, 34)}_`,
    'xoxb-1234567890-abc',
    'AKIAIOSFODNN7EXAMPLE',
    '-----BEGIN RSA PRIVATE KEY-----\nMIIB\n-----END RSA PRIVATE KEY-----',
    '-----BEGIN PRIVATE KEY-----\nMIIB cut off',
  ])('are masked without being told: %s', (key) => {
    const redact = createRedactor([]);
    expect(redact(`key=${key}`)).toBe('key=***');
    expect(redact(key)).toBe('***');
    if (!key.includes('cut off')) expect(redact(`"${key}", and so on`)).toBe('"***", and so on');
  });

  it.each(['AIza', 'sk-ant', 'ghp_short', 'AKIA', 'a disk-antics story', 'xox', '-----BEGIN CERTIFICATE-----'])(
    'leaves %j',
    (text) => {
      expect(createRedactor([])(text)).toBe(text);
    },
  );
});

describe('which variables hold secrets', () => {
  it.each([
    'GITHUB_TOKEN',
    'GEMINI_API_KEY',
    'npm_config__authToken',
    'DB_PASSWORD',
    'CLIENT_SECRET',
    'APIKEY',
    'GH_PAT',
    'key',
    'SIGNING_PRIVATE',
    'BASIC_AUTH',
  ])('%s does', (name) => {
    expect(secretValues({ [name]: 'value' })).toEqual(['value']);
  });

  it.each(['GIT_AUTHOR_NAME', 'GIT_AUTHOR_EMAIL', 'HOME', 'KEYBOARD', 'MONKEY', 'PATH', 'PATTERN'])(
    '%s does not',
    (name) => {
      expect(secretValues({ [name]: 'value' })).toEqual([]);
    },
  );

  it('ignores those that are unset or empty', () => {
    expect(secretValues({ A_TOKEN: undefined, B_TOKEN: '' })).toEqual([]);
  });
});

describe('JSON', () => {
  it('is redacted in values, lists and keys, and keeps its shape', () => {
    const value = { list: ['my-secret', 1, null, true], 'my-secret': { deep: 'x my-secret y' } };
    expect(redactJson(value, createRedactor(['my-secret']))).toEqual({
      list: ['***', 1, null, true],
      '***': { deep: 'x *** y' },
    });
  });

  it('is untouched without secrets', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(redactJson(value, (text) => text)).toEqual(value);
      }),
    );
  });
});
