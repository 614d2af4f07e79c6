import api from './api';
import { caught, day, ofAxios } from './common';

const refused = caught(ofAxios);

await day({
  sendCode: (mobile) => api.yudao.sendMobileCode({ mobile }),
  outbox: () => api.system.getDemoOutbox(),
  yudao: (login) => refused<API.YudaoFailureBody>()(api.yudao.signInByMobile(login)),
  cas: (userId, accessToken) => refused<API.CasFailureBody>()(
    api.cas.getUserInfo({ userId }, { params: { userId, accessToken }, headers: { 'X-App-Id': '1' } })),
  ruoyi: (code) => refused<API.RuoyiFailureBody>()(api.ruoyi.getWeChatUserInfo({ code })),
  jfinal: (user) => refused<API.JfinalFailureBody>()(api.jfinal.createUser(user)),
  jeecg: (token) => refused<API.JeecgFailureBody>()(api.jeecg.refreshUser({ token, frontType: 2 })),
});
