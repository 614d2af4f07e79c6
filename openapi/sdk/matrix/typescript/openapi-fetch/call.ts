import createClient from 'openapi-fetch';
import type { paths } from './client';
import { baseUrl, day, type Outcome } from './common';

const api = createClient<paths>({ baseUrl });

const outcome = async <Success, Failure>(asking: Promise<{ data?: Success; error?: Failure }>): Promise<Outcome<Success, Failure>> => {
  const { data, error } = await asking;
  return { data, failure: error };
};

await day({
  sendCode: (mobile) => api.POST('/auth/mobile/code', { body: { mobile } }),
  outbox: async () => (await api.GET('/demo/outbox')).data ?? [],
  yudao: (body) => outcome(api.POST('/auth/mobile/login', { body })),
  cas(userId, accessToken) {
    // Credentials are no parameters of the contract, so that the query is written here.
    const querySerializer = (query: object) => String(new URLSearchParams({ ...query, accessToken }));
    return outcome(api.GET('/user/info', { params: { query: { userId } }, querySerializer, headers: { 'X-App-Id': '1' } }));
  },
  ruoyi: (code) => outcome(api.POST('/account_api/wechat/user/getUserInfo', { body: { code } })),
  jfinal: (body) => outcome(api.POST('/api/user/create', { body })),
  jeecg: (token) => outcome(api.POST('/user/refresh', { body: { token, frontType: 2 } })),
});
