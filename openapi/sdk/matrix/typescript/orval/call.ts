import * as api from './client';
import { baseUrl, day, type Outcome } from './common';

// The client calls paths alone; the server's address and credentials are put before them here.
const { fetch } = globalThis;
let credentials: Record<string, string> = {};
globalThis.fetch = (path, options) => {
  const url = new URL(String(path), baseUrl);
  for (const [name, value] of Object.entries(credentials)) url.searchParams.set(name, value);
  return fetch(url, options);
};

/** Tells the success from the failures by the status, as the generated types do. */
const outcome = async <Answer extends { status: number; data: unknown }>(asking: Promise<Answer>) => {
  const answer = await asking;
  return (answer.status === 200 ? { data: answer.data } : { failure: answer.data }) as
    Outcome<Extract<Answer, { status: 200 }>['data'], Exclude<Answer, { status: 200 }>['data']>;
};

await day({
  sendCode: (mobile) => api.sendMobileCode({ mobile }),
  outbox: async () => (await outcome(api.getDemoOutbox())).data ?? [],
  yudao: (login) => outcome(api.signInByMobile(login)),
  cas(userId, accessToken) {
    credentials = { accessToken };
    return outcome(api.getUserInfo({ userId }, { headers: { 'X-App-Id': '1' } })).finally(() => { credentials = {}; });
  },
  ruoyi: (code) => outcome(api.getWeChatUserInfo({ code })),
  jfinal: (user) => outcome(api.createUser(user)),
  jeecg: (token) => outcome(api.refreshUser({ token, frontType: api.FrontType.FrontPC })),
});
