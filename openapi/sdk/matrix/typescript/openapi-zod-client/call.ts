import { createApiClient, schemas } from './client';
import type { z } from 'zod';
import { baseUrl, caught, day, ofAxios } from './common';

const api = createApiClient(baseUrl);

/** Reads the body of a failure with its generated schema. */
const refused = <Schema extends z.ZodTypeAny>(schema: Schema) =>
  caught((thrown) => schema.parse(ofAxios(thrown)))<z.infer<Schema>>();

await day({
  sendCode: (mobile) => api.sendMobileCode({ mobile }),
  outbox: () => api.getDemoOutbox(),
  yudao: (login) => refused(schemas.YudaoFailureBody)(api.signInByMobile(login)),
  cas(userId, accessToken) {
    const application = createApiClient(baseUrl, { axiosConfig: { params: { accessToken }, headers: { 'X-App-Id': '1' } } });
    return refused(schemas.CasFailureBody)(application.getUserInfo({ queries: { userId } }));
  },
  ruoyi: (code) => refused(schemas.RuoyiFailureBody)(api.getWeChatUserInfo({ code })),
  jfinal: (user) => refused(schemas.JfinalFailureBody)(api.createUser(user)),
  jeecg: (token) => refused(schemas.JeecgFailureBody)(api.refreshUser({ token, frontType: 2 })),
});
