/** What JSON can hold. */
export type Json = null | boolean | number | string | Json[] | JsonObject;
export type JsonObject = { [key: string]: Json };

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * An OpenAPI 3.0 document as one of JSON Schemas: `nullable` becomes a null among the allowed types and values. It
 * stands beside `type`, `enum`, `$ref` or a union, and each says "or null" in its own way.
 */
export function withoutNullable(value: Json): Json {
  if (Array.isArray(value)) return value.map(withoutNullable);
  if (!isObject(value)) return value;
  const { nullable, ...rest } = value;
  const schema = Object.fromEntries(Object.entries(rest).map(([key, inner]) => [key, withoutNullable(inner)]));
  // A property may be called `nullable`: then it is a schema, not a flag.
  if (isObject(nullable)) return { ...schema, nullable: withoutNullable(nullable) };
  if (nullable !== true) return schema;
  return { anyOf: [schema, { type: 'null' }] };
}
