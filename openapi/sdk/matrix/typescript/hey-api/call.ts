import * as api from './client';
import { client } from './client/client.gen';
import { baseUrl, day, type Outcome } from './common';

client.setConfig({ baseUrl });

const outcome = async <Success, Failure>(asking: Promise<{ data?: Success; error?: Failure }>): Promise<Outcome<Success, Failure>> => {
  const { data, error } = await asking;
  return { data, failure: error };
};

await day({
  sendCode: (mobile) => api.sendMobileCode({ body: { mobile } }),
  outbox: async () => (await api.getDemoOutbox({ throwOnError: true })).data,
  yudao: (body) => outcome(api.signInByMobile({ body })),
  cas(userId, accessToken) {
    const credentials: Record<string, string> = { accessToken, 'X-App-Id': '1' };
    return outcome(api.getUserInfo({ query: { userId }, auth: ({ name }) => credentials[name ?? ''] }));
  },
  ruoyi: (code) => outcome(api.getWeChatUserInfo({ body: { code } })),
  jfinal: (body) => outcome(api.createUser({ body })),
  jeecg: (token) => outcome(api.refreshUser({ body: { token, frontType: 2 } })),
});
