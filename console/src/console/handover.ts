/** Documents on their way between the console and the playground, through the tab's own storage. */

const toCompose = 'crier.toCompose';
const toPlayground = 'crier.toPlayground';

export interface Handover {
  query: string;
  variables?: string;
}

/** Opens a document in the playground, with its `$id` where one is known. */
export function openInPlayground(query: string, subjectId?: string): void {
  put(toPlayground, { query, variables: subjectId && JSON.stringify({ id: subjectId }, null, 2) });
  location.assign('/playground');
}

export function openInCompose(query: string, variables?: string): void {
  put(toCompose, { query, variables });
  location.assign('/compose');
}

/** What was handed to the playground; it is taken once. */
export function takeForPlayground(): Handover | undefined {
  return take(toPlayground);
}

export function takeForCompose(): Handover | undefined {
  return take(toCompose);
}

function put(key: string, value: Handover): void {
  sessionStorage.setItem(key, JSON.stringify(value));
}

function take(key: string): Handover | undefined {
  const text = sessionStorage.getItem(key);
  sessionStorage.removeItem(key);
  return text ? (JSON.parse(text) as Handover) : undefined;
}
