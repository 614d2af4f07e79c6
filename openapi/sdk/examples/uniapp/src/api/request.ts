// uni.request with the types of the contract: a call gives its result or throws a QuartetError, and the token is kept.
import type { paths } from '../generated/schema';
import { unwrap, type Dialect } from '../generated/unwrap';

/** The id of this application; sessions belong to it, and document 002 asks for it. */
const APPLICATION = '1';

type Json<T> = T extends { content: { 'application/json': infer Body } } ? Body : never;
type Answer<O> = O extends { responses: { 200: infer Success } } ? Json<Success> : never;
type Body<O> = O extends { requestBody?: infer Body } ? Json<NonNullable<Body>> : never;
type Query<O> = O extends { parameters: { query?: infer Query } } ? NonNullable<Query> : never;

export const token = () => uni.getStorageSync('token') as string;
export const setToken = (value: string) => uni.setStorageSync('token', value);

/** Names of headers are in the server's case in a mini-program, and in small letters in a browser. */
const headerOf = (header: Record<string, string>, name: string) =>
  Object.entries(header).find(([key]) => key.toLowerCase() === name)?.[1];

async function send<T>(method: 'GET' | 'POST', path: string, data?: object) {
  const credentials = token() ? { Authorization: `Bearer ${token()}`, 'X-Access-Token': token() } : {};
  // Whatever its status, an answer is a success of uni.request; objects become the query of a GET, else JSON.
  const answer = await uni.request({ url: __QUARTET__ + path, method, data, header: { 'X-App-Id': APPLICATION, ...credentials } });
  // X-Access-Token comes with a sign-in by WeChat, Jwt when a JWT has passed half of its lifetime.
  const next = headerOf(answer.header, 'x-access-token') ?? headerOf(answer.header, 'jwt');
  if (next) setToken(next);
  const { statusCode: status } = answer;
  return { data: answer.data as T, response: { status, ok: status >= 200 && status < 300 } as Response };
}

export const get = <D extends Dialect, P extends keyof paths>(dialect: D, path: P, query?: Query<paths[P]['get']> & { accessToken?: string }) =>
  unwrap(dialect, send<Answer<paths[P]['get']>>('GET', path, query));

export const post = <D extends Dialect, P extends keyof paths>(dialect: D, path: P, body?: Body<paths[P]['post']>) =>
  unwrap(dialect, send<Answer<paths[P]['post']>>('POST', path, body));
