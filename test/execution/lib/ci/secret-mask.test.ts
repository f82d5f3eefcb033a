import { describe, expect, it } from 'vitest';
import { maskSecrets } from '../../../../execution/lib/ci/secret-mask.ts';

const masked = (line: string) => maskSecrets([line])[0] ?? '';
/** Put together here, so that no scanner takes this file for a leak. */
const made = (...parts: string[]) => parts.join('');

describe('what looks like a secret', () => {
  it.each([
    ['GitHub', made('gh', 'p_', '16C7e42F292c6912E7710c838347Ae178B4a')],
    ['GitHub, fine-grained', made('github', '_pat_', '11ABCDEFG0abcdefghijkl_mnopqrstuvwxyz')],
    ['AWS', made('AKIA', 'IOSFODNN7EXAMPLE')],
    ['Google', made('AIza', 'SyA1234567890abcdefghijklmnopqrstuv')],
    ['Slack', made('xox', 'b-123456789012-abcdef')],
    ['OpenAI', made('sk-', 'proj-abcdefghijklmnop1234')],
    ['npm', made('npm', '_abcdefghijklmnopqrstuvwxyz0123456789')],
    ['a JWT', made('eyJ', 'hbGciOiJIUzI1NiJ9.', 'eyJzdWIiOiIxMjM0In0.', 'abc-DEF_123')],
    ['a hash or key in hexadecimal', '9f86d081884c7d659a2feaa0c55ad015'],
    ['random letters', 'q7Rt2Kx9Lm4Zp8Vw3Yb6Nc1Hd5'],
  ])('is masked: %s', (_, secret) => {
    for (const line of [secret, `found ${secret}.`, `{"value":"${secret}"}`, `<${secret}>`])
      expect(masked(line)).not.toContain(secret.slice(4, 20));
  });

  it.each([
    ['password: hunter2x', 'hunter2x'],
    ['DB_PASSWORD=hunter2x npm test', 'hunter2x'],
    ['"api_key": "hunter2x",', 'hunter2x'],
    ['Authorization: Bearer hunter2x-hunter2x', 'hunter2x'],
    ['sent bearer hunter2xhunter2x', 'hunter2x'],
    ['cloning https://ada:hunter2x@example.org/x.git', 'hunter2x'],
    ['GET https://example.org/x?a=1&access_token=hunter2x&b=2', 'hunter2x'],
    ['Set-Cookie: hunter2x; Path=/', 'hunter2x'],
    ['mysql --password hunter2x -h db', 'hunter2x'],
    ['curl -u ada:hunter2x https://example.org/', 'hunter2x'],
    ['docker login -u ada -p hunter2x', 'hunter2x'],
    ['npm config set //registry.npmjs.org/:_authToken hunter2x', 'hunter2x'],
    ['postgres://ada:p@hunter2x@db/x', 'hunter2x'],
    ['{"password": "a b hunter2x"}', 'hunter2x'],
    ['SECRET_KEY_BASE=hunter2x', 'hunter2x'],
    ['TOKEN_2: hunter2x', 'hunter2x'],
    ['AccountKey=hunter2x/a/b/c/d', 'hunter2x'],
    ['body: client_secret%3Dhunter2x', 'hunter2x'],
    ['POST https://hooks.slack.com/services/T01/B01/hunter2x', 'hunter2x'],
    ['POST https://discord.com/api/webhooks/123/hunter2x', 'hunter2x'],
  ])('is masked by what it stands behind: %s', (line, secret) => {
    expect(masked(line)).not.toContain(secret);
    expect(masked(line)).toContain('***');
  });

  it('is a private key, all of its lines', () => {
    const key = [
      'before',
      made('-----BEGIN RSA ', 'PRIVATE KEY-----'),
      'MIIEow',
      'IBAAK',
      made('-----END RSA ', 'PRIVATE KEY-----'),
      'after',
    ];
    expect(maskSecrets(key)).toEqual(['before', '***', 'after']);
    expect(maskSecrets(key.slice(0, 3))).toEqual(['before', '***']);
  });

  it.each([
    'FAIL test/execution/lib/secret-mask.test.ts > what looks like a secret',
    'AssertionError: expected 3 to be 4 // Object.is equality',
    'TypeError: Cannot read properties of undefined (reading "numberOfPeopleWhoCame")',
    '    at processTicksAndRejections (node:internal/process/task_queues:105:5)',
    'node_modules/@octokit/request/dist-bundle/index.js',
    'Error: Process completed with exit code 1.',
    'https://example.org/docs/getting-started?page=2',
    'npm test --key foo tokens: 5, session-store.test.ts',
    'error: password-reset.test.ts has author: Ada Lovelace',
  ])('is not in %j, which stays', (line) => {
    expect(masked(line)).toBe(line);
  });
});
