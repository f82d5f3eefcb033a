import type { compose as composeAgent } from '../compose.ts';
import type { CommandHost } from './command-host.ts';

/** What the commands take from compose.ts, which loads only when one of them runs. */
interface Composition {
  compose: typeof composeAgent;
}

/** `list` and `new`: what there is, and one more. */
export function addDirectiveCommands({ addCommand, ...host }: CommandHost, load: () => Promise<Composition>): void {
  const compose = async (isJson: boolean) =>
    (await load()).compose({ directory: host.directory(), isJson, toleratesBadConfig: true });

  addCommand('list', 'List all directives: when each is due, how it last went, what holds it back, what it lacks.')
    .option('--json', 'one object {at, paused, has_github, directives}')
    .action(async ({ json = false }: { json?: boolean }) => {
      const [{ ports, setting }, { listDirectives }] = await Promise.all([
        compose(json),
        import('../flows/list-directives.ts'),
      ]);
      const list = await listDirectives(ports, setting);
      if (json) return host.printJson(list);
      const { directiveList } = await import('../view/directive-list.ts');
      host.print(directiveList(list));
    });

  addCommand('new <name>', 'Make a directive with its scripts and their tests, which work as they stand.')
    .option('--every <interval>', 'how often it runs: 90s, 5m, 2h, 1d, 1w', '1d')
    .option('--json', 'one object {name, every, files}')
    .action(async (name: string, { every, json = false }: { every: string; json?: boolean }) => {
      const [{ ports }, { newDirective }] = await Promise.all([compose(json), import('../flows/new-directive.ts')]);
      const made = await newDirective(ports, { name, every });
      if (json) return host.printJson(made);
      const { newDirectiveText } = await import('../view/new-directive-text.ts');
      host.print(newDirectiveText(made));
    });
}
