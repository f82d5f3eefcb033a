import { z } from 'zod';

/** Inputs of each script that knows where posts are, as files and on the site. */
export const BLOG_PLACE = {
  folder: z
    .string()
    .regex(/^[\w-]+(\/[\w-]+)*$/, 'a folder such as site/posts')
    .default('site/posts')
    .describe('Where the posts are'),
  prefix: z
    .string()
    .regex(/^\/([\w-]+\/)*$/, 'a path such as /blog/')
    .default('/blog/')
    .describe('Their path on the site'),
};
