// What this mini-program does at the server.
import { QuartetError } from '../generated/unwrap';
import { get, post, setToken, token } from './request';

/** Document 003: signs in by the WeChat account, which is registered where it is unknown. */
export async function signInByWeChat(): Promise<void> {
  const { code } = await uni.login({ provider: 'weixin' });
  await post('ruoyi', '/account_api/wechat/user/getUserInfo', { code });
}

/** Document 001. */
export async function sendCode(mobile: string): Promise<void> {
  await post('yudao', '/auth/mobile/code', { mobile });
}

/** Document 001. */
export async function signInByMobile(mobile: string, validateNo: string): Promise<void> {
  const { accessToken, userInfo } = await post('yudao', '/auth/mobile/login', { mobile, validateNo, source: 'mini-program' });
  setToken(accessToken.value);
  uni.setStorageSync('userId', String(userInfo.id));
}

export type User = Awaited<ReturnType<typeof refreshUser>>;
const refreshUser = () => post('jeecg', '/user/refresh', { frontType: 0 });

/** Document 000: extends the token's lifetime and reads the user; undefined where nobody is signed in. */
export async function currentUser(): Promise<User | undefined> {
  if (!token()) return undefined;
  try {
    return await refreshUser();
  } catch (thrown) {
    if (!(thrown instanceof QuartetError) || thrown.status !== 401) throw thrown;
    forget();
    return undefined;
  }
}

/** Document 002: the names of the user's organisations; it wants the user's id, which document 001 gives. */
export async function organisations(): Promise<string[]> {
  const userId = uni.getStorageSync('userId') as string;
  if (!userId) return [];
  const { orgList } = await get('cas', '/user/info', { userId, accessToken: token() });
  return orgList.map(({ orgName }) => orgName);
}

/** Document 001. */
export async function signOut(): Promise<void> {
  await post('yudao', '/auth/logout');
  forget();
}

function forget() {
  uni.removeStorageSync('token');
  uni.removeStorageSync('userId');
}

/** What to tell the user: messages of the dialects are in Chinese and made to be shown. */
export const messageOf = (thrown: unknown) =>
  thrown instanceof QuartetError && thrown.code !== undefined ? `${thrown.message}（${thrown.code}）` : '网络异常，请稍后重试';
