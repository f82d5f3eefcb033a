/** What GitHub knows of releases and visitors. Plain and mutable, as the rest of the state. */
export interface ReleaseState {
  id: number;
  tag: string;
  name: string | null;
  body: string | null;
  isDraft: boolean;
  login: string;
  createdAt: string;
  publishedAt: string | null;
}

export interface DayState {
  /** `2026-03-04` */
  day: string;
  count: number;
  uniques: number;
}

export interface TrafficState {
  views: DayState[];
  clones: DayState[];
  referrers: { referrer: string; count: number; uniques: number }[];
  paths: { path: string; title: string; count: number; uniques: number }[];
}
