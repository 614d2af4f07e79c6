import { createAlova } from 'alova';
import fetchAdapter from 'alova/fetch';
import { createApis, withConfigType } from './client/createApis';
import { baseUrl, caught, day } from './common';

const api = createApis(createAlova({
  baseURL: baseUrl,
  requestAdapter: fetchAdapter(),
  cacheFor: null,
  async responded(response: Response) {
    const body: unknown = await response.json();
    if (!response.ok) throw body;
    return body;
  },
}), withConfigType({}));

const refused = caught((thrown) => thrown);

await day({
  sendCode: (mobile) => api.yudao.sendMobileCode({ data: { mobile } }),
  outbox: () => api.system.getDemoOutbox(),
  yudao: (data) => refused<never>()(api.yudao.signInByMobile({ data })),
  cas: (userId, accessToken) => refused<never>()(
    api.cas.getUserInfo({ params: { userId, accessToken }, headers: { 'X-App-Id': '1' } })),
  ruoyi: (code) => refused<never>()(api.ruoyi.getWeChatUserInfo({ data: { code } })),
  jfinal: (data) => refused<never>()(api.jfinal.createUser({ data })),
  jeecg: (token) => refused<never>()(api.jeecg.refreshUser({ data: { token, frontType: 2 } })),
});
