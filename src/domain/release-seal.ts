import { withMarker } from './forge-words.ts';
import { sha256 } from './occurrence.ts';

/** What a person sees and may change of a draft. */
export interface DraftText {
  tag: string;
  name: string;
  body: string;
}

const SEAL = /<!-- steward-seal:([0-9a-f]{16}) -->\s*$/;

/** The body as it is written: its marker, and at the very end a digest of tag, name and text, which no edit survives. */
export function sealDraft({ tag, name, body }: DraftText, marker: string): string {
  const text = withMarker(body, marker);
  return `${text}<!-- steward-seal:${digestOf({ tag, name, body: text })} -->\n`;
}

/** Whether tag, name and body are still what the agent wrote. Line ends do not count: a browser may change those. */
export function isSealed({ tag, name, body }: DraftText): boolean {
  const unix = body.replaceAll('\r\n', '\n');
  const seal = SEAL.exec(unix);
  return seal !== null && seal[1] === digestOf({ tag, name, body: unix.slice(0, seal.index) });
}

const digestOf = ({ tag, name, body }: DraftText): string =>
  sha256(JSON.stringify([tag, name, body.trimEnd()])).slice(0, 16);
