import { AgentError } from '../../domain/agent-error.ts';
import type { StewardConfig } from '../../domain/config.ts';

/** The config with decisions asked of one model alone. Throws USAGE where no model has that alias. */
export function withOnlyModel(config: StewardConfig, alias: string): StewardConfig {
  if (!Object.hasOwn(config.models, alias)) {
    const known = Object.keys(config.models).join(', ');
    throw new AgentError('USAGE', { problem: `--model ${alias}: expected one of ${known}` });
  }
  const route = { ...config.routes.ceo_analysis, models: [alias] };
  return { ...config, routes: { ...config.routes, ceo_analysis: route } };
}
