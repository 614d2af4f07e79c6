import * as api from './client';
import { baseUrl, caught, day, ofAxios } from './common';

const configuration = new api.Configuration({ basePath: baseUrl });
const refused = caught(ofAxios);
const yudao = new api.YudaoApi(configuration);

await day({
  sendCode: (mobile) => yudao.sendMobileCode({ mobile }),
  outbox: async () => (await new api.SystemApi(configuration).getDemoOutbox()).data,
  yudao: (login) => refused<api.YudaoFailureBody>()(yudao.signInByMobile(login).then(({ data }) => data)),
  cas(userId, accessToken) {
    const credentials: Record<string, string> = { accessToken, 'X-App-Id': '1' };
    const cas = new api.CasApi(new api.Configuration({ basePath: baseUrl, apiKey: (name) => credentials[name]! }));
    return refused<api.CasFailureBody>()(cas.getUserInfo(userId).then(({ data }) => data));
  },
  ruoyi: (code) => refused<api.RuoyiFailureBody>()(
    new api.RuoyiApi(configuration).getWeChatUserInfo({ code }).then(({ data }) => data)),
  jfinal: (user) => refused<api.JfinalFailureBody>()(
    new api.JfinalApi(configuration).createUser(user).then(({ data }) => data)),
  jeecg: (token) => refused<api.JeecgFailureBody>()(
    new api.JeecgApi(configuration).refreshUser({ token, frontType: api.FrontType.FrontPC }).then(({ data }) => data)),
});
