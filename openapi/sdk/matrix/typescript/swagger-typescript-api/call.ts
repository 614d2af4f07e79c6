import { Api, type HttpResponse } from './client';
import { baseUrl, day, type Outcome } from './common';

const api = new Api({ baseUrl });

/** The client throws the answer of a failure, whose type is known by the call alone. */
const outcome = async <Success, Failure>(asking: Promise<HttpResponse<Success, Failure>>): Promise<Outcome<Success, Failure>> => {
  try {
    return { data: (await asking).data };
  } catch (thrown) {
    return { failure: (thrown as HttpResponse<Success, Failure>).error };
  }
};

await day({
  sendCode: (mobile) => api.auth.sendMobileCode({ mobile }),
  outbox: async () => (await api.demo.getDemoOutbox()).data,
  yudao: (login) => outcome(api.auth.signInByMobile(login)),
  cas(userId, accessToken) {
    // A credential in the query is nothing that the client knows of.
    const customFetch: typeof fetch = (url, options) => fetch(`${url}&${new URLSearchParams({ accessToken })}`, options);
    return outcome(new Api({ baseUrl, customFetch }).user.getUserInfo({ userId }, { headers: { 'X-App-Id': '1' } }));
  },
  ruoyi: (code) => outcome(api.accountApi.getWeChatUserInfo({ code })),
  jfinal: (user) => outcome(api.api.createUser(user)),
  jeecg: (token) => outcome(api.user.refreshUser({ token, frontType: 2 })),
});
