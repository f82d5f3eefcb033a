import { z } from 'zod';

type Override = NonNullable<NonNullable<Parameters<typeof z.toJSONSchema>[1]>['override']>;

/**
 * A script's schema as the JSON Schema that a model is held to. Throws a TypeError that names the field which JSON Schema
 * can not say (a date, a transform), since an answer to it would be paid for and could never be used.
 */
export function toJsonSchema(schema: z.ZodType): object {
  if (!(schema instanceof z.ZodObject)) throw new TypeError('generate: the schema must be a z.object({ ... })');
  const { $schema: _, ...json } = z.toJSONSchema(schema, {
    io: 'output',
    unrepresentable: ({ path, message }) => refuse(path, message),
    override(context) {
      refuseConversion(context);
      leaveFlaggedPatterns(context);
    },
  });
  return json;
}

/** What is read as one type and given as another has no single form that a model could answer in. */
const refuseConversion: Override = ({ zodSchema, jsonSchema, path }) => {
  if (zodSchema._zod.def.type !== 'pipe') return;
  const { type } = z.toJSONSchema(zodSchema, { io: 'input', unrepresentable: 'any' });
  if (type !== undefined && jsonSchema.type !== undefined && type !== jsonSchema.type)
    refuse(path, `What turns a ${type} into a ${jsonSchema.type} cannot be represented in JSON Schema`);
};

/** JSON Schema's patterns have no flags: without its `i` or `u` a pattern would turn good answers away. zod holds them to it. */
const leaveFlaggedPatterns: Override = ({ zodSchema, jsonSchema }) => {
  const { def } = zodSchema._zod;
  if (def.type !== 'string') return;
  const rules = [def, ...(def.checks ?? []).map((check) => check._zod.def)];
  const isFlagged = rules.some((rule) => 'pattern' in rule && rule.pattern instanceof RegExp && rule.pattern.flags);
  if (!isFlagged) return;
  delete jsonSchema.pattern;
  delete jsonSchema.allOf;
};

function refuse(path: readonly PropertyKey[], reason: string): never {
  const fields = path.filter((_, index) => path[index - 1] === 'properties');
  throw new TypeError(`generate: the field ${fields.join('.') || path.join('.')} of the schema: ${reason}`);
}
