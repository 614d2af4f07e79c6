// Calls of the admin API by its generated client, with the one way in which failures come back.
import { client } from './generated/client.gen';
import type { Problem } from './generated';
import { language } from './preferences';
import { forget, renew, token } from './session';
import { t } from './words';

client.setConfig({
  baseUrl: new URL('..', document.baseURI).pathname.replace(/\/$/, ''),
  auth: ({ scheme }) => (scheme === 'bearer' ? token.value : undefined), // applications send Basic credentials
  cache: 'no-store',
  credentials: 'omit',
});
client.interceptors.request.use((request) => {
  request.headers.set('Accept-Language', language.value === 'zh' ? 'zh-CN' : 'en');
  return request;
});
client.interceptors.response.use((response) => {
  const next = response.headers.get('Jwt');
  if (next && token.value) renew(next);
  return response;
});

/** A refusal as RFC 9457 tells it, in the user's language; status 0 is an answer that never came. */
export class Failure extends Error {
  constructor(readonly problem: Pick<Problem, 'title' | 'status' | 'code' | 'detail'>) {
    super(problem.detail ?? problem.title);
  }

  is(code: string) { return this.problem.code === code; }
}

interface Answer<T> { data?: T; error?: unknown; response?: Response }

/** The answer of a call, or its Failure thrown. A session that has ended leads to the sign-in. */
export async function ask<T>(call: Promise<Answer<T>>): Promise<NonNullable<T>> {
  let answer: Answer<T>;
  try {
    answer = await call;
  } catch {
    throw unreachable();
  }
  const { data, error, response } = answer;
  if (!response) throw unreachable();
  if (response.ok) return data as NonNullable<T>;
  if (response.status === 401 && token.value) forget();
  throw new Failure(isProblem(error) ? error : { code: '', status: response.status, title: t.value.failures.unreadable(response.status) });
}

const unreachable = () => new Failure({ code: 'unreachable', status: 0, title: t.value.failures.unreachable });

function isProblem(value: unknown): value is Problem {
  return typeof value === 'object' && value !== null && 'code' in value && 'title' in value;
}

/** What went wrong, whatever was thrown. */
export function failureOf(thrown: unknown): Failure {
  if (thrown instanceof Failure) return thrown;
  return new Failure({ code: 'console', status: 0, title: thrown instanceof Error ? thrown.message : String(thrown) });
}

/** The header that makes a change conditional on the version that was read. */
export const ifMatch = (version: number) => ({ 'If-Match': `"${version}"` });

/**
 * Keys of a form that creates something: the same content that is sent again, after an answer that was
 * lost, has the same key, so that it is created once; other content has a new one.
 */
export function creation() {
  let sent = '', key = '';
  return (body: unknown) => {
    const text = JSON.stringify(body);
    if (text !== sent) {
      sent = text;
      key = Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
    }
    return { 'Idempotency-Key': key };
  };
}
