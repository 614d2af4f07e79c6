// The server as this page knows it: calls return their result or throw a QuartetError, and the token is kept.
import createClient from 'openapi-fetch';
import { ref, watch } from 'vue';
import { quartet } from './generated/quartet';
import type { paths } from './generated/schema';
import { QuartetError } from './generated/unwrap';

/** The token of whoever is signed in, of any dialect: all dialects accept it. */
const token = ref(localStorage.getItem('token') ?? '');
watch(token, (value) => localStorage.setItem('token', value));

const client = createClient<paths>({ baseUrl: '/quartet' });
client.use({
  onRequest({ request }) {
    if (token.value) {
      request.headers.set('Authorization', `Bearer ${token.value}`); // documents 001 and 004
      request.headers.set('X-Access-Token', token.value); // document 000
    }
  },
  onResponse({ response }) {
    // When a JWT has passed half of its lifetime, the next one comes in this header.
    token.value = response.headers.get('Jwt') ?? token.value;
  },
});
const api = quartet(client);

export type User = Awaited<ReturnType<typeof api.jeecg.refreshUser>>;

/** Document 004. */
export async function signInByPassword(loginAccount: string, password: string): Promise<void> {
  token.value = (await api.jfinal.signInByPassword({ body: { loginAccount, password } })).Jwt;
}

/** Document 001. */
export async function sendCode(mobile: string): Promise<void> {
  await api.yudao.sendMobileCode({ body: { mobile } });
}

/** Document 001. */
export async function signInByMobile(mobile: string, validateNo: string): Promise<void> {
  token.value = (await api.yudao.signInByMobile({ body: { mobile, validateNo, source: 'web' } })).accessToken.value;
}

/** Document 000: extends the token's lifetime and reads the user; undefined where nobody is signed in. */
export async function currentUser(): Promise<User | undefined> {
  if (!token.value) return undefined;
  try {
    return await api.jeecg.refreshUser({ body: { frontType: 2 } });
  } catch (thrown) {
    if (thrown instanceof QuartetError && thrown.status === 401) {
      token.value = '';
      return undefined;
    }
    throw thrown;
  }
}

/** Document 001. */
export async function signOut(): Promise<void> {
  await api.yudao.signOut();
  token.value = '';
}

/** What to tell the user: messages of the dialects are in Chinese and made to be shown. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof QuartetError && thrown.code !== undefined ? `${thrown.message}（${thrown.code}）` : '网络异常，请稍后重试';
}
