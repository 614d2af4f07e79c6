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

// No type of a failure's body is generated.
const outcome = caught(() => undefined)<never>();

await day({
  sendCode: (mobile) => api.yudao.sendMobileCode({ data: { mobile } }),
  outbox: () => api.system.getDemoOutbox(),
  yudao: (data) => outcome(api.yudao.signInByMobile({ data })),
  cas: (userId, accessToken) => outcome(
    api.cas.getUserInfo({ params: { userId, accessToken }, headers: { 'X-App-Id': '1' } })),
  ruoyi: (code) => outcome(api.ruoyi.getWeChatUserInfo({ data: { code } })),
  jfinal: (data) => outcome(api.jfinal.createUser({ data })),
  jeecg: (token) => outcome(api.jeecg.refreshUser({ data: { token, frontType: 2 } })),
});
