/** Feeds as sites write them, for tests. */
export interface SampleItem {
  title: string;
  link?: string;
  at?: string;
  /** HTML, as it stands in a description. */
  text?: string;
}

const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');

export const rss = (items: readonly SampleItem[]): string =>
  `<?xml version="1.0"?><rss version="2.0"><channel><title>A site</title>${items.map(itemXml).join('')}</channel></rss>`;

function itemXml(item: SampleItem): string {
  const { title, at = '2026-03-01T08:00:00Z', text = '' } = item;
  const link = item.link ?? `https://site.example/${encodeURIComponent(title)}`;
  const fields = {
    title: escaped(title),
    link: escaped(link),
    pubDate: new Date(at).toUTCString(),
    description: escaped(text),
  };
  const xml = Object.entries(fields).map(([name, value]) => `<${name}>${value}</${name}>`);
  return `<item>${xml.join('')}</item>`;
}
