import assert from 'node:assert/strict';
import { randomBytes, randomInt } from 'node:crypto';

/** Where the server is; it runs with --demo. */
export const baseUrl = process.env.BASE_URL ?? 'http://127.0.0.1:8080';

/** Somebody whom the server has not seen yet. */
export const somebody = () => ({
  mobile: `139${String(randomInt(1e8)).padStart(8, '0')}`,
  username: `day.${randomBytes(6).toString('hex')}`,
  password: `violet-${randomBytes(6).toString('hex')}`,
  weChatCode: randomBytes(16).toString('hex').replace(/^./, 'f'),
});

/** The part of an answer that is there on success; otherwise the failure is thrown. */
export function ok<T>(answer: { data?: T; error?: unknown }): T {
  assert.equal(answer.error, undefined);
  assert.ok(answer.data !== undefined);
  return answer.data;
}

/** The typed envelope of a failure; an answer that succeeded is thrown. */
export function refused<E>(answer: { data?: unknown; error?: E }): NonNullable<E> {
  assert.equal(answer.data, undefined);
  assert.ok(answer.error);
  return answer.error;
}
