/** What the operations of api.graphql answer. Times are ISO 8601 texts. */

export interface FieldError {
  field: string;
  messages: string[];
}

/** A remark on a document: an error or a warning, with its place where it has one (counted from one). */
export interface Remark {
  message: string;
  line: number | null;
  column: number | null;
  rule: string;
}

/** What every mutation answers; it did what it was asked where `errors` is empty. */
export interface Outcome {
  status: number;
  errors: FieldError[] | null;
  documentErrors?: Remark[] | null;
}

export interface PageInfo {
  hasNextPage: boolean;
  hasPreviousPage: boolean;
  startCursor: string | null;
  endCursor: string | null;
}

export type State = 'ACTIVE' | 'PAUSED' | 'DISABLED' | 'INVALID';
export type EventName = 'CREATE' | 'UPDATE' | 'DESTROY';
export type Format = 'ENVELOPE' | 'STANDARD' | 'CLOUDEVENTS' | 'RAW';

export const eventNames: EventName[] = ['CREATE', 'UPDATE', 'DESTROY'];

export interface WebhookName {
  id: string;
  name: string | null;
  url: string;
}

export interface WebhookLine extends WebhookName {
  type: string;
  eventNames: EventName[] | null;
  format: Format;
  state: State;
  stateReason: string | null;
  stateSince: string;
  seller: { id: string; businessName: string | null } | null;
}

export interface Health {
  consecutiveFailures: number;
  failed24h: number;
  lastFailureAt: string | null;
  lastSentAt: string | null;
  latencyMsP50: number | null;
  latencyMsP95: number | null;
  pending: number;
  sent24h: number;
}

export interface Webhook extends WebhookLine {
  allowSkip: boolean | null;
  asymmetric: boolean;
  coalesceSeconds: number;
  concurrentSendLimit: number;
  enabled: boolean | null;
  filter: string | null;
  headers: Record<string, unknown> | null;
  identifier: string | null;
  ignoreOwnChanges: boolean;
  maxRetries: number;
  onErrors: 'DELIVER' | 'HOLD';
  ordered: boolean;
  queryString: string | null;
  ratePerSecond: number;
  timeoutSeconds: number;
  health: Health;
  cost: number;
  createdAt: string;
  updatedAt: string;
  deprecatedFields: string[];
  payloadSchema: unknown;
  publicKey: string | null;
  requiredScopes: string[];
  secrets: { fingerprint: string; createdAt: string; expiresAt: string | null }[];
}

export interface DryRun {
  body: string | null;
  cost: number;
  matched: boolean;
  missingScopes: string[];
  payloadSchema: unknown;
  requiredScopes: string[];
  documentErrors: Remark[];
  documentWarnings: Remark[];
  errors: FieldError[] | null;
}

export interface DeliveryLine {
  id: string;
  sequence: number;
  status: string;
  eventName: string | null;
  reason: 'CHANGE' | 'TRIGGER' | 'REPLAY' | 'BACKFILL' | 'PING';
  subjectId: string;
  attempts: number;
  errorMessage: string | null;
  createdAt: string;
  processedAt: string | null;
  retryAfter: string | null;
  webhook: WebhookName & { type: string; state: State };
}

export interface Response {
  id: string;
  status: number;
  createdAt: string;
  headers: Record<string, unknown> | null;
  body: unknown;
}

export interface Delivery extends DeliveryLine {
  payload: unknown;
  webhook: DeliveryLine['webhook'] & {
    format: Format;
    headers: Record<string, unknown> | null;
    asymmetric: boolean;
    maxRetries: number;
    timeoutSeconds: number;
    stateReason: string | null;
  };
  responses: Response[] | null;
}

export interface Job {
  id: string;
  kind: 'REPLAY' | 'BACKFILL';
  state: 'QUEUED' | 'RUNNING' | 'DONE' | 'FAILED' | 'CANCELLED';
  total: number;
  done: number;
  failed: number;
  createdAt: string;
  finishedAt: string | null;
  webhook: WebhookName & { type: string };
}
