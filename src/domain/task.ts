import { z } from 'zod';

/** The tasks a model is asked for; each has a route. The names are the article's, plus `consolidation`. */
export const TASKS = [
  'ceo_analysis',
  'blog_generation',
  'social_posts',
  'self_repair',
  'engagement',
  'consolidation',
] as const;
export const Task = z.enum(TASKS);
export type Task = z.infer<typeof Task>;
