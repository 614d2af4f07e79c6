import * as api from './client';
import { baseUrl, caught, day } from './common';

const configuration = new api.Configuration({ basePath: baseUrl });
const yudao = new api.YudaoApi(configuration);

/** Reads the body of a failure with a generated function. */
const refused = <Failure>(fromJSON: (json: unknown) => Failure) =>
  caught(async (thrown) => thrown instanceof api.ResponseError ? fromJSON(await thrown.response.json()) : thrown)<Failure>();

await day({
  sendCode: (mobile) => yudao.sendMobileCode({ mobileCodeRequest: { mobile } }),
  outbox: () => new api.SystemApi(configuration).getDemoOutbox(),
  yudao: (login) => refused(api.YudaoFailureBodyFromJSON)(yudao.signInByMobile({ mobileLoginRequest: login })),
  cas(userId, accessToken) {
    const credentials: Record<string, string> = { accessToken, 'X-App-Id': '1' };
    const cas = new api.CasApi(new api.Configuration({ basePath: baseUrl, apiKey: (name) => credentials[name]! }));
    return refused(api.CasFailureBodyFromJSON)(cas.getUserInfo({ userId }));
  },
  ruoyi: (code) => refused(api.RuoyiFailureBodyFromJSON)(
    new api.RuoyiApi(configuration).getWeChatUserInfo({ weChatUserRequest: { code } })),
  jfinal: (user) => refused(api.JfinalFailureBodyFromJSON)(new api.JfinalApi(configuration).createUser({ userCreation: user })),
  jeecg: (token) => refused(api.JeecgFailureBodyFromJSON)(
    new api.JeecgApi(configuration).refreshUser({ refreshUserRequest: { token, frontType: api.FrontType.FrontPC } })),
});
