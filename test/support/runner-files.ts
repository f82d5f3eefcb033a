/** What a runner of GitHub Actions makes of a job's standard output and of its files, by the rules of actions/runner. */

export interface Command {
  name: string;
  properties: Record<string, string>;
  data: string;
}

const COMMANDS =
  'add-mask|add-matcher|add-path|debug|echo|endgroup|error|group|notice|remove-matcher|save-state|set-env|set-output|stop-commands|warning';
const FIRST = new RegExp(`^::(${COMMANDS})( .*?)?::(.*)$`, 's');
const ANYWHERE = new RegExp(`##\\[(${COMMANDS})( .*?)?\\](.*)$`, 's');

/** A line is a command when it begins with one, or holds one of the old kind anywhere. */
export function commandsIn(stdout: string): Command[] {
  return stdout.split(/\r\n|\r|\n/).flatMap((line) => {
    // The runner searches by the rules of a culture, for which format characters are not there.
    const seen = line.replaceAll(/\p{Cf}/gu, '').trimStart();
    const [, name, properties = '', data = ''] = FIRST.exec(seen) ?? ANYWHERE.exec(seen) ?? [];
    return name ? [{ name, properties: propertiesOf(properties), data: withoutEscapes(data) }] : [];
  });
}

const propertiesOf = (text: string): Command['properties'] =>
  Object.fromEntries(
    text
      .trim()
      .split(/[,;]/)
      .filter(Boolean)
      .map((pair): [string, string] => {
        const [name = '', ...value] = pair.split('=');
        return [name, withoutEscapes(value.join('=')).replaceAll('%3A', ':').replaceAll('%2C', ',')];
      }),
  );

const withoutEscapes = (text: string): string =>
  text.replaceAll('%0D', '\r').replaceAll('%0A', '\n').replaceAll('%25', '%');

/** GITHUB_OUTPUT: `name=value`, or `name<<DELIMITER`, the lines of the value, and the delimiter alone on a line. */
export function outputsIn(text: string): Record<string, string> {
  const outputs: Record<string, string> = {};
  const lines = text.split(/\r?\n/);
  for (let index = 0; index < lines.length; index++) {
    const line = lines[index] ?? '';
    const [, name, delimiter] = /^([^=]+?)<<(.+)$/.exec(line) ?? [];
    if (name !== undefined && delimiter !== undefined) {
      const end = lines.indexOf(delimiter, index + 1);
      if (end < 0) throw new Error(`the output ${name} has no end`);
      outputs[name] = lines.slice(index + 1, end).join('\n');
      index = end;
    } else if (line.includes('=')) {
      const place = line.indexOf('=');
      outputs[line.slice(0, place)] = line.slice(place + 1);
    } else if (line !== '') throw new Error(`${JSON.stringify(line)} is no output`);
  }
  return outputs;
}
