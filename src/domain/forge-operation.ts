import { z } from 'zod';

/** One line of the table of what may be asked of the forge. */
export interface OperationShape {
  params: z.ZodObject;
  result: z.ZodType;
  /** Whether a directive may list it in `forge:`. */
  isGrantable: boolean;
  isWrite: boolean;
  /** What the job's token needs. */
  permission: string;
}

export const read = <P extends z.ZodObject, R extends z.ZodType>(permission: string, params: P, result: R) => ({
  params,
  result,
  isGrantable: true as const,
  isWrite: false,
  permission: `${permission}: read`,
});
export const write = <P extends z.ZodObject, R extends z.ZodType>(permission: string, params: P, result: R) => ({
  ...read(permission, params, result),
  isWrite: true,
  permission: `${permission}: write`,
});
/** For the agent alone: no directive may list it. */
export const own = <P extends z.ZodObject, R extends z.ZodType>(operation: {
  params: P;
  result: R;
  isWrite: boolean;
  permission: string;
}) => ({ ...operation, isGrantable: false as const });

/** What the params of several operations have in common. */
export const none = z.strictObject({});
export const Count = z.int().min(1).max(1000);
export const Name = z.string().min(1).max(100);
export const Labels = z.array(Name).max(20);
export const Title = z.string().min(1).max(250);
/** GitHub refuses more. */
const TEXT_LIMIT = 60_000;
export const Text = z.string().max(TEXT_LIMIT, `at most ${TEXT_LIMIT} characters`);
