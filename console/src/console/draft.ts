import type { Handover } from './handover';
import type { EventName, Format, Webhook } from './types';

/** A webhook as the form has it. Texts are empty where nothing is said; `hmacKey` is never kept. */
export interface Draft {
  /** The entity of the preview, by global id; it is not sent. */
  subjectId: string;
  type: string;
  eventNames: EventName[];
  queryString: string;
  filter: string;
  format: Format;
  url: string;
  name: string;
  identifier: string;
  /** Whose rights the document runs with, by global id; empty for the key's own. */
  sellerId: string;
  headers: string;
  hmacKey: string;
  maxRetries: number;
  timeoutSeconds: number;
  concurrentSendLimit: number;
  ratePerSecond: number;
  coalesceSeconds: number;
  onErrors: 'DELIVER' | 'HOLD';
  ordered: boolean;
  allowSkip: boolean;
  ignoreOwnChanges: boolean;
  asymmetric: boolean;
}

export const emptyDraft: Draft = {
  subjectId: '',
  type: 'ADVERT',
  eventNames: ['CREATE', 'UPDATE', 'DESTROY'],
  queryString: '',
  filter: '',
  format: 'ENVELOPE',
  url: '',
  name: '',
  identifier: '',
  sellerId: '',
  headers: '',
  hmacKey: '',
  maxRetries: 25,
  timeoutSeconds: 30,
  concurrentSendLimit: 100,
  ratePerSecond: 0,
  coalesceSeconds: 0,
  onErrors: 'DELIVER',
  ordered: false,
  allowSkip: false,
  ignoreOwnChanges: false,
  asymmetric: false,
};

export function draftOf(webhook: Webhook): Draft {
  const { type, format, url, maxRetries, timeoutSeconds, concurrentSendLimit, ratePerSecond, coalesceSeconds, onErrors, ordered, ignoreOwnChanges, asymmetric } = webhook;
  return {
    subjectId: '',
    ...{ type, format, url, maxRetries, timeoutSeconds, concurrentSendLimit, ratePerSecond, coalesceSeconds, onErrors, ordered, ignoreOwnChanges, asymmetric },
    eventNames: webhook.eventNames ?? emptyDraft.eventNames,
    queryString: webhook.queryString ?? '',
    filter: webhook.filter ?? '',
    name: webhook.name ?? '',
    identifier: webhook.identifier ?? '',
    sellerId: webhook.seller?.id ?? '',
    headers: webhook.headers && Object.keys(webhook.headers).length > 0 ? JSON.stringify(webhook.headers, null, 2) : '',
    hmacKey: '',
    allowSkip: webhook.allowSkip ?? false,
  };
}

/** Raised where `headers` is no JSON object. */
export class HeadersError extends Error {}

/** What the API takes of a draft. All three events are said as null, which is all of them; an absent `hmacKey` stays as it is. */
export function attributesOf(draft: Draft): Record<string, unknown> {
  const { hmacKey, subjectId: _, ...rest } = draft;
  return {
    ...rest,
    eventNames: draft.type === 'WEBHOOK' || draft.eventNames.length === 3 ? null : draft.eventNames,
    queryString: draft.queryString || null,
    filter: draft.filter.trim() || null,
    name: draft.name.trim() || null,
    identifier: draft.identifier.trim() || null,
    sellerId: draft.sellerId.trim() || null,
    headers: headersOf(draft.headers),
    ...(hmacKey && { hmacKey }),
  };
}

function headersOf(text: string): unknown {
  if (!text.trim()) {
    return null;
  }
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new HeadersError('is not JSON: write it as { "Authorization": "Bearer …" }', { cause });
  }
}

const storageKey = 'crier.draft';

/** The draft that this tab was working on, so that a look at another view loses nothing. */
export function storedDraft(): Draft | undefined {
  const text = sessionStorage.getItem(storageKey);
  return text ? { ...emptyDraft, ...(JSON.parse(text) as Partial<Draft>) } : undefined;
}

export function storeDraft(draft: Draft | undefined): void {
  if (draft) {
    sessionStorage.setItem(storageKey, JSON.stringify({ ...draft, hmacKey: '' }));
  } else {
    sessionStorage.removeItem(storageKey);
  }
}

/** Makes what the playground handed over the draft of this tab. The document itself says which class it is for. */
export function adopt({ query, variables }: Handover): void {
  const type = /\.\.\.\s*on\s+(\w+)/.exec(query)?.[1]?.replace(/(?<=.)[A-Z]/g, (letter) => `_${letter}`).toUpperCase();
  const former = storedDraft() ?? emptyDraft;
  storeDraft({ ...former, queryString: query, type: type ?? former.type, subjectId: idOf(variables) });
}

/** The `id` among the variables of the playground, empty where there is none. */
function idOf(variables: string | undefined): string {
  try {
    const { id } = JSON.parse(variables || '{}') as { id?: unknown };
    return typeof id === 'string' ? id : '';
  } catch {
    return '';
  }
}
