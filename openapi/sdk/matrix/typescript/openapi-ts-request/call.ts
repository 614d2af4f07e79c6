import axios from 'axios';
import * as api from './client';
import { baseUrl, caught, day, ofAxios } from './common';

axios.defaults.baseURL = baseUrl;
const refused = caught(ofAxios);

await day({
  sendCode: (mobile) => api.authMobileCodeUsingPost({ body: { mobile } }),
  outbox: async () => (await api.demoOutboxUsingGet({})).data,
  yudao: (body) => refused<api.YudaoFailureBody>()(api.authMobileLoginUsingPost({ body }).then(({ data }) => data)),
  cas: (userId, accessToken) => refused<api.CasFailureBody>()(api.userInfoUsingGet({
    params: { userId }, options: { params: { userId, accessToken }, headers: { 'X-App-Id': '1' } },
  }).then(({ data }) => data)),
  ruoyi: (code) => refused<api.RuoyiFailureBody>()(
    api.accountApiWechatUserGetUserInfoUsingPost({ body: { code } }).then(({ data }) => data)),
  jfinal: (body) => refused<api.JfinalFailureBody>()(api.apiUserCreateUsingPost({ body }).then(({ data }) => data)),
  jeecg: (token) => refused<api.JeecgFailureBody>()(
    api.userRefreshUsingPost({ body: { token, frontType: 2 } }).then(({ data }) => data)),
});
