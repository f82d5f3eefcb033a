import { expect, it } from 'vitest';
import { GenerateRequest, readGenerated, schemaProblem } from '../../../src/domain/generation.ts';

const TITLE = { type: 'object', properties: { title: { type: 'string' } }, required: ['title'] };
/** Anything at all: its depth is checked by nothing else. */
const ANYTHING = { type: 'object', properties: { value: {} } };

it('without a schema the answer is its text', () => {
  expect(readGenerated('{"title": 1}', undefined)).toEqual({ value: '{"title": 1}' });
});

it('with a schema it is the JSON that fits', () => {
  expect(readGenerated('{"title": "Dust"}', TITLE)).toEqual({ value: { title: 'Dust' } });
});

it.each([
  ['no JSON', 'Dust', TITLE, 'The answer is not JSON.'],
  ['a misfit', '{"title": 1}', TITLE, 'title: '],
  ['no object', '[]', TITLE, 'answer: '],
  ['a nesting too deep for the stack', `{"value": ${'['.repeat(50_000)}${']'.repeat(50_000)}}`, ANYTHING, 'checked'],
  ['a schema that can not be read', '{}', { if: {} }, 'The answer can not be checked'],
])('%s is told, never thrown', (_, text, schema, problem) => {
  expect(readGenerated(text, schema)).toEqual({ problems: [expect.stringContaining(problem)] });
});

it.each([
  ['a word of which the agent knows nothing', { type: 'wibble' }],
  ['a condition', { if: {}, else: {} }],
  ['a pattern that is none', { type: 'string', pattern: '(' }],
  ['a reference to nothing', { $ref: '#/$defs/gone' }],
  ['a reference to the outside', { $ref: 'https://example.com/schema.json' }],
])('a schema with %s is refused before anything is paid', (_, schema) => {
  expect(schemaProblem({ type: 'object', properties: { field: schema } })).toContain('no answer can be held against');
});

it('a schema that can be read is not refused, nor is none', () => {
  expect(schemaProblem(TITLE)).toBeUndefined();
  expect(schemaProblem(undefined)).toBeUndefined();
});

it('a request names a task and says something', () => {
  const request = { task: 'engagement', prompt: 'x' };
  expect(GenerateRequest.safeParse(request).success).toBe(true);
  expect(GenerateRequest.safeParse({ ...request, prompt: ' \n' }).error?.message).toContain('what is wanted');
  expect(GenerateRequest.safeParse({ ...request, task: 'poetry' }).error?.message).toContain('social_posts');
  expect(GenerateRequest.safeParse({ ...request, material: { feed: 1 } }).success).toBe(false);
});
