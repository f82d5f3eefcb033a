import type { z } from 'zod';

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
