import type { compose as composeAgent, openPage } from '../compose.ts';
import type { CommandHost } from './command-host.ts';

interface DoctorOptions {
  fix?: boolean;
  json?: boolean;
}

/** What the command takes from compose.ts, which loads only when the command runs. */
interface Composition {
  compose: typeof composeAgent;
  openPage: typeof openPage;
}

/** What only the entry may take from the process. */
interface Surroundings {
  /** Version of Node. */
  node: string;
  hasColour: boolean;
  /** Makes the exit status 1. */
  fail(): void;
}

export function addDoctorCommand(
  { addCommand, ...host }: CommandHost,
  load: () => Promise<Composition>,
  surroundings: Surroundings,
): void {
  addCommand(
    'doctor',
    'Look at all that can keep the agent from working, each with what mends it; exit 1 if any must be mended.',
  )
    .option('--fix', 'mend what the token may mend, then look again')
    .option('--json', 'one object {repository, at, findings, repairs}')
    .action((options: DoctorOptions) => run(options, { ...host, ...surroundings }, load));
}

type Terminal = Omit<CommandHost, 'addCommand'> & Surroundings;

async function run(options: DoctorOptions, terminal: Terminal, load: () => Promise<Composition>): Promise<void> {
  const isJson = options.json ?? false;
  const { compose, openPage } = await load();
  const [{ ports, setting, configProblems }, page, { doctor }] = await Promise.all([
    compose({ directory: terminal.directory(), isJson, toleratesBadConfig: true }),
    openPage(isJson),
    import('../flows/doctor/doctor.ts'),
  ]);
  const report = await doctor(ports, setting, { node: terminal.node, configProblems, fix: options.fix ?? false });
  if (report.findings.some(({ status }) => status === 'fail')) terminal.fail();
  if (isJson) terminal.printJson(report);
  else {
    const { doctorText } = await import('../view/doctor-text.ts');
    terminal.print(doctorText(report, { hasColour: terminal.hasColour }));
  }
  if (!page) return;
  const { doctorPage } = await import('../view/doctor-page.ts');
  await page.show(doctorPage(report));
}
