import { describe, expect, it } from 'vitest';
import {
  type Hop,
  nextAddress,
  pageProblem,
  readMove,
  withFragment,
} from '../../../../execution/lib/links/moved-address.ts';

const hop = (url: string, status = 301, location: string | null = null): Hop => ({ url, status, location });
/** A chain of permanent redirects whose last address answers 200. */
const chain = (...urls: string[]): Hop[] =>
  urls.map((url, index) => hop(url, index === urls.length - 1 ? 200 : index % 2 === 0 ? 301 : 308));
const move = (from: string, to: string) => readMove(chain(from, to));

describe('a page has moved', () => {
  it.each([
    ['http://a.example/x', 'https://a.example/x'],
    ['https://a.example/x', 'https://b.example/other/x'],
    ['https://a.example/x', 'https://a.example/x/'],
    ['http://a.example', 'https://www.a.example/'],
    ['https://a.example/en/', 'https://a.example/'],
    ['https://a.example/x?q=1', 'https://a.example/y?q=1&lang=en'],
    ['https://a.example/login', 'https://b.example/login'],
    ['https://a.example/x', 'https://authors.example/catalogue'],
    ['https://a.example/x', 'https://a.example/?p=12'],
  ])('from %s to %s', (from, to) => {
    expect(move(from, to)).toEqual({ to });
  });

  it('over several addresses, each of them for good', () => {
    expect(readMove(chain('http://a.example/x', 'https://a.example/x', 'https://b.example/x'))).toEqual({
      to: 'https://b.example/x',
    });
  });
});

describe('nothing is known of', () => {
  const unclear = (hops: Hop[]) => {
    const found = readMove(hops);
    return 'unclear' in found ? found.unclear : `moved to ${found.to}`;
  };

  it.each([
    ['https://a.example/x', 'http://a.example/y', 'leads from https to http'],
    ['https://a.example/x', 'https://a.example/', 'leads to a front page'],
    ['https://a.example/x', 'https://b.example', 'leads to a front page'],
    ['https://a.example/x', 'https://a.example/de', 'leads to a front page'],
    ['https://a.example/x', 'https://a.example/en-us/', 'leads to a front page'],
    ['https://a.example/x', 'https://a.example/index.html', 'leads to a front page'],
    ['https://a.example/x', 'https://a.example/en/home', 'leads to a front page'],
    ['https://a.example/x', 'https://a.example/login', 'leads to a login, a consent or an error page'],
    ['https://a.example/x', 'https://login.example/x', 'leads to a login, a consent or an error page'],
    ['https://a.example/x', 'https://a.example/users/sign_in', 'leads to a login, a consent or an error page'],
    ['https://a.example/x', 'https://consent.a.example/m', 'leads to a login, a consent or an error page'],
    ['https://a.example/x', 'https://a.example/404.html', 'leads to a login, a consent or an error page'],
    ['https://a.example/x', 'https://a.example/errors/gone', 'leads to a login, a consent or an error page'],
    ['https://a.example/x', 'https://a.example/y?returnUrl=%2Fx', 'leads to an address made for one visitor'],
    ['https://a.example/x', 'https://a.example/y?utm_source=z', 'leads to an address made for one visitor'],
  ])('what leads from %s to %s', (from, to, reason) => {
    expect(unclear(chain(from, to))).toBe(reason);
  });

  it('a chain with one step that is not for good, wherever it stands', () => {
    const all = chain('http://a.example/1', 'http://a.example/2', 'http://a.example/3');
    for (const [index, status] of [
      [0, 302],
      [1, 307],
      [0, 303],
    ] as const)
      expect(unclear(all.map((each, at) => (at === index ? { ...each, status } : each)))).toBe(
        `is redirected with ${status}, which is not for good`,
      );
  });

  it('an end that is no 200', () => {
    for (const status of [204, 206, 301, 302, 401, 403, 404, 410, 429, 500])
      expect(unclear([hop('https://a.example/x'), hop('https://a.example/y', status)])).toBe(
        `leads to an address that answers ${status}`,
      );
    expect(unclear([hop('https://a.example/x', 200)])).toBe('is not redirected');
    expect(unclear([])).toBe('is not redirected');
  });

  it('https that is left on the way, though it comes back', () => {
    const hops = chain('https://a.example/1', 'http://a.example/2', 'https://a.example/3');
    expect(unclear(hops)).toBe('leads from https to http');
  });
});

describe('the next address', () => {
  const next = (location: string | null) => nextAddress(hop('https://a.example/d/x', 301, location));

  it('is read as a browser reads it', () => {
    expect(['/y', 'y', '//b.example/y', 'http://b.example', '?q', '#p'].map(next)).toEqual([
      'https://a.example/y',
      'https://a.example/d/y',
      'https://b.example/y',
      'http://b.example/',
      'https://a.example/d/x?q',
      'https://a.example/d/x#p',
    ]);
  });

  it('is none where nothing can be asked for', () => {
    expect(next(`/${'y'.repeat(282)}`)).toHaveLength(300);
    expect(next(`/${'y'.repeat(283)}`)).toBeUndefined();
    const bad = [
      null,
      'http://[',
      'javascript:alert(1)',
      'file:///etc/passwd',
      'https://u:p@b.example/',
      'ftp://b.example',
    ];
    expect(bad.map(next)).toEqual(bad.map(() => undefined));
  });
});

describe('the part of a page', () => {
  it('is kept, and never traded for another one', () => {
    expect(withFragment('https://b.example/y', 'http://a.example/x#p')).toBe('https://b.example/y#p');
    expect(withFragment('https://b.example/y#p', 'http://a.example/x#p')).toBe('https://b.example/y#p');
    expect(withFragment('https://b.example/y#q', 'http://a.example/x')).toBe('https://b.example/y#q');
    expect(withFragment('https://b.example/y#', 'http://a.example/x#p')).toBe('https://b.example/y#p');
    expect(withFragment('https://b.example/y#q', 'http://a.example/x#p')).toBeUndefined();
  });
});

describe('what a page says of itself', () => {
  it('gives a login and a missing page away', () => {
    expect(pageProblem({ title: 'Guide', hasPasswordField: true })).toBe('leads to a page that asks for a password');
    for (const title of ['404', 'Page not found | Docs', 'Just a moment...', 'Access Denied'])
      expect(pageProblem({ title, hasPasswordField: false })).toBe('leads to a page that says it is none');
    for (const title of ['Guide', 'Error handling', 'Route 4045', ''])
      expect(pageProblem({ title, hasPasswordField: false })).toBeUndefined();
  });
});
