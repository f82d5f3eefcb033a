import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { toJsonSchema } from '../../../src/child/json-schema.ts';
import { readGenerated } from '../../../src/domain/generation.ts';

const asSent = (schema: z.ZodType): Record<string, z.infer<ReturnType<typeof z.json>>> =>
  JSON.parse(JSON.stringify(toJsonSchema(schema)));

interface Comment {
  text: string;
  answers: Comment[];
}
const Comment: z.ZodType<Comment> = z.object({
  text: z.string(),
  get answers() {
    return z.array(Comment);
  },
});

describe('a schema that JSON Schema can not say', () => {
  it.each([
    ['when', 'Date', z.object({ when: z.date() })],
    ['post.when', 'Date', z.object({ post: z.object({ when: z.date().optional() }) })],
    ['posts.views', 'BigInt', z.object({ posts: z.array(z.object({ views: z.bigint() })) })],
    ['kind', 'Map', z.object({ kind: z.union([z.string(), z.map(z.string(), z.string())]) })],
    ['count', 'Transforms', z.object({ count: z.string().transform(Number) })],
    ['count', 'a string into a number', z.object({ count: z.string().transform(Number).pipe(z.number()) })],
    ['draft', 'a string into a boolean', z.object({ draft: z.stringbool().default(true) })],
    ['file', 'Custom', z.object({ file: z.instanceof(URL) })],
    ['additionalProperties', 'Date', z.object({}).catchall(z.date())],
  ])('names the field %s: %s', (field, reason, schema) => {
    const named = new RegExp(`^generate: the field ${field} of the schema: .*${reason}`);
    expect(() => toJsonSchema(schema)).toThrow(named);
  });

  it('is none that is no object', () => {
    expect(() => toJsonSchema(z.string())).toThrow('the schema must be a z.object');
    expect(() => toJsonSchema(z.object({}).transform(Object.keys))).toThrow('the schema must be a z.object');
  });
});

describe('a schema as it is sent', () => {
  it('says what it is, and not which standard that is', () => {
    expect(toJsonSchema(z.object({ title: z.string().max(9).default('Dust') }))).toEqual({
      type: 'object',
      properties: { title: { type: 'string', maxLength: 9, default: 'Dust' } },
      required: ['title'],
      additionalProperties: false,
    });
  });

  it.each<[string, z.ZodType, unknown]>([
    ['no matter the case', z.string().regex(/^dust$/i), 'DUST'],
    [
      'in any script',
      z.array(
        z
          .string()
          .regex(/^\p{L}+$/u)
          .optional(),
      ),
      ['пыль'],
    ],
    ['two patterns, one with a flag', z.string().regex(/^d/i).regex(/t$/), 'Dust'],
    ['a picture', z.emoji(), '😀'],
    ['a mail address', z.email(), 'a@example.com'],
    ['a day', z.iso.date(), '2026-03-01'],
    ['an address', z.url().nullable(), 'https://example.com/a'],
    [
      'one of two shapes',
      z.discriminatedUnion('kind', [z.object({ kind: z.literal('a') }), z.object({ kind: z.literal('b') })]),
      { kind: 'b' },
    ],
    ['a record', z.record(z.string(), z.int()), { a: 1 }],
    ['a pair', z.tuple([z.string(), z.int()]), ['a', 1]],
    ['what was prepared', z.preprocess(String, z.string()), 'a'],
    ['a pipe of one type', z.string().pipe(z.string().min(1)), 'a'],
    ['a tree', Comment, { text: 'a', answers: [{ text: 'b', answers: [] }] }],
  ])('turns no answer away that zod takes: %s', (_, field, value) => {
    const schema = z.object({ value: field });
    expect(schema.parse({ value })).toEqual({ value });
    expect(readGenerated(JSON.stringify({ value }), asSent(schema))).toEqual({ value: { value } });
  });

  it('keeps a pattern without flags, by which the model is corrected', () => {
    const schema = asSent(
      z.object({
        slug: z
          .string()
          .min(2)
          .regex(/^[a-z]+$/),
        name: z
          .string()
          .min(2)
          .regex(/^[a-z]+$/i),
      }),
    );
    expect(schema).toMatchObject({ properties: { slug: { minLength: 2, pattern: '^[a-z]+$' } } });
    expect(schema).toMatchObject({ properties: { name: { type: 'string', minLength: 2 } } });
    expect(readGenerated('{"slug": "A b", "name": "x1"}', schema)).toMatchObject({
      problems: [expect.stringContaining('slug')],
    });
  });
});
