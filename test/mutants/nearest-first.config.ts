import { mergeConfig } from 'vitest/config';
import type { TestSequencer, TestSpecification } from 'vitest/node';
import projectConfig from '../../.github/vitest.config.ts';

/** The test files in the order that the tool says: the one nearest to the changed file sees most. */
class NearestFirst implements TestSequencer {
  shard(specifications: TestSpecification[]): TestSpecification[] {
    return specifications;
  }

  sort(specifications: TestSpecification[]): TestSpecification[] {
    const order = (process.env.MUTANT_TESTS ?? '').split(' ');
    const place = ({ moduleId }: TestSpecification) => order.findIndex((file) => moduleId.endsWith(file));
    return specifications.toSorted((a, b) => place(a) - place(b));
  }
}

export default mergeConfig(projectConfig, { test: { sequence: { sequencer: NearestFirst } } });
