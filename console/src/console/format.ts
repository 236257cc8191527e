/** How numbers, times and data are written. */

const units: [Intl.RelativeTimeFormatUnit, number][] = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1000],
];

const relative = new Intl.RelativeTimeFormat('en', { numeric: 'always', style: 'short' });
const dateTime = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'medium' });
const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit', fractionalSecondDigits: 3 });
const number = new Intl.NumberFormat('en');

export function count(n: number): string {
  return number.format(n);
}

/** A time as people speak of it, such as `3 min ago` or `in 2 hr`. */
export function ago(at: string, now = Date.now()): string {
  const distance = Date.parse(at) - now;
  const [unit, size] = units.find(([, ms]) => Math.abs(distance) >= ms) ?? [];
  return unit && size ? relative.format(Math.round(distance / size), unit) : 'just now';
}

export function exact(at: string): string {
  return dateTime.format(new Date(at));
}

export function clockOf(at: string): string {
  return clock.format(new Date(at));
}

/** The time between two moments, in the unit that fits. */
export function span(from: string, to: string): string {
  return duration(Date.parse(to) - Date.parse(from));
}

export function duration(ms: number): string {
  if (ms < 1000) {
    return `${Math.round(ms)} ms`;
  }
  if (ms < 60_000) {
    return `${(ms / 1000).toFixed(1)} s`;
  }
  return ms < 3_600_000 ? `${Math.round(ms / 60_000)} min` : `${(ms / 3_600_000).toFixed(1)} h`;
}

export function bytes(text: string): string {
  const size = new TextEncoder().encode(text).length;
  return size < 1024 ? `${size} bytes` : `${(size / 1024).toFixed(1)} KiB`;
}

export function json(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value, null, 2);
}

/** A JSON text with line breaks; any other text as it is. */
export function pretty(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

/** A name of the API in words: `REFUND_REQUEST` is `Refund request`. */
export function words(name: string): string {
  const text = name.replaceAll('_', ' ').toLowerCase();
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** What a global id says to people, such as `Advert 12`; the id itself where it says nothing. */
export function subjectName(id: string): string {
  try {
    const [, type, number] = /^(\w+)-(.+)$/.exec(atob(id)) ?? [];
    return type ? `${type} ${number}` : id;
  } catch {
    return id;
  }
}
