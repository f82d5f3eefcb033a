/** A bullet with its continuation lines joined. */
export interface Bullet {
  text: string;
  line: number;
}

export interface Section {
  heading: string;
  /** 1-based line of the heading in the file. */
  line: number;
  text: string;
  bullets: Bullet[];
}

/**
 * Reads the plain structure of a directive: one `#` title, `##` sections, `-` bullets. Fenced code is text, never
 * structure. A full Markdown parser gives no more here, and costs 40 ms of every cycle's start.
 */
export function readSections(body: string, firstLine: number): { title?: Bullet; sections: Section[] } {
  const sections: Section[] = [];
  let title: Bullet | undefined;
  let fence: string | undefined;
  body.split(/\r?\n/).forEach((raw, index) => {
    const line = firstLine + index;
    const section = sections.at(-1);
    const marker = /^\s{0,3}(```+|~~~+)/.exec(raw)?.[1];
    if (marker && (fence === undefined || marker.startsWith(fence))) fence = fence === undefined ? marker : undefined;
    else if (fence === undefined) {
      const [, level, heading] = /^(#{1,6})\s+(.*?)\s*#*\s*$/.exec(raw) ?? [];
      if (level === '#' && title === undefined) title = { text: raw.trim(), line };
      else if (level === '##') sections.push({ heading: heading ?? '', line, text: '', bullets: [] });
      else if (section) addLine(section, raw, line);
      return;
    }
    if (section) section.text = `${section.text}${raw}\n`;
  });
  for (const section of sections) section.text = section.text.trim();
  return { ...(title ? { title } : {}), sections };
}

function addLine(section: Section, raw: string, line: number): void {
  section.text = `${section.text}${raw}\n`;
  const bullet = /^\s{0,3}[-*+]\s+(.*)$/.exec(raw)?.[1];
  const last = section.bullets.at(-1);
  if (bullet !== undefined) section.bullets.push({ text: bullet.trim(), line });
  else if (last && /^\s{2,}\S/.test(raw)) last.text = `${last.text} ${raw.trim()}`;
}
