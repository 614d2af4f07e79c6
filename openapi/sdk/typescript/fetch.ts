// The same day with the types of openapi-typescript and the client openapi-fetch.
import assert from 'node:assert/strict';
import createClient from 'openapi-fetch';
import { baseUrl, ok, refused, somebody } from './common.js';
import type { paths } from './generated/schema.js';

const api = createClient<paths>({ baseUrl });
const me = somebody();

// yudao: a code, a sign-in, the next access token, the device.
ok(await api.POST('/auth/mobile/code', { body: { mobile: me.mobile } }));
const code = ok(await api.GET('/demo/outbox')).find((message) => message.to === me.mobile)?.code;
assert.ok(code);
const login = { companyType: 0, productType: 2, source: 'day', mobile: me.mobile };
const wrong = refused(await api.POST('/auth/mobile/login', {
  body: { ...login, validateNo: code === '000000' ? '000001' : '000000' },
}));
assert.deepEqual([wrong.code, wrong.data], [1002014000, null]);
const signedIn = ok(await api.POST('/auth/mobile/login', { body: { ...login, validateNo: code } })).data;
const next = ok(await api.POST('/app/auth/token/refresh', {
  body: { accessToken: signedIn.accessToken.value, refreshToken: signedIn.refreshToken.value },
})).data;
const access = { headers: { Authorization: next.value } };
const device = await api.GET('/wx/pc/check-login-status', { ...access, params: { query: { deviceNumber: 'day-2' } } });
assert.equal(ok(device).data.isLogin, true);

// cas: credentials are no parameters of the contract, so a middleware adds those in the query.
const application = createClient<paths>({ baseUrl, headers: { 'X-App-Id': '1' } });
application.use({
  onRequest({ request }) {
    const url = new URL(request.url);
    url.searchParams.set('accessToken', next.value);
    return new Request(url, request);
  },
});
const userId = String(signedIn.userInfo.id);
const info = ok(await application.GET('/user/info', { params: { query: { userId } } }));
assert.deepEqual([info.status, info.data.phone], ['success', me.mobile]);
const nobody = refused(await application.GET('/user/info', { params: { query: { userId: '9007199254740993' } } }));
assert.deepEqual([nobody.code, nobody.status, nobody.data], [404, 'fail', {}]);

// ruoyi: WeChat; the session travels in a header.
const weChat = await api.POST('/account_api/wechat/user/getUserInfo', { body: { code: me.weChatCode } });
assert.equal(ok(weChat).code, 200);
assert.match(weChat.response.headers.get('X-Access-Token') ?? '', /^AT-/);
const invalid = await api.POST('/account_api/wechat/user/getUserInfo', { body: { code: '40029'.padEnd(32, '0') } });
assert.equal(refused(invalid).code, 40029);

// jfinal: create, sign in, update, read, a new password.
const created = ok(await api.POST('/api/user/create', { body: { username: me.username, password: me.password } }));
const taken = refused(await api.POST('/api/user/create', { body: { username: me.username } }));
assert.deepEqual([taken.state, taken.code, taken.message], ['fail', 409, '用户名已存在']);
const signIn = async (password: string) =>
  ok(await api.POST('/api/user/login', { body: { loginAccount: me.username, password } })).Jwt;
let headers = { Jwt: await signIn(me.password) };
ok(await api.POST('/api/user/update', { headers, body: { id: created.userId, nickname: '一鸣' } }));
const read = ok(await api.GET('/api/user/detail', { headers, params: { query: { id: created.userId } } }));
assert.equal(read.user.nickname, '一鸣');
const newPassword = me.password + '-new';
ok(await api.POST('/api/user/updatePassword', {
  headers, body: { userId: created.userId, newPassword, oldPassowrd: me.password },
}));
headers = { Jwt: await signIn(newPassword) };

// jeecg: the token slides; once signed out, it is refused.
const slid = ok(await api.POST('/user/refresh', { body: { token: next.value, frontType: 2 } }));
assert.deepEqual([slid.success, slid.result.phoneNumber], [true, me.mobile]);
assert.equal(ok(await api.POST('/auth/logout', access)).data, true);
const ended = refused(await api.POST('/user/refresh', { body: { token: next.value, frontType: 2 } }));
assert.deepEqual([ended.success, ended.code, ended.result], [false, 401, null]);
assert.ok(ended.timestamp > 0 && ended.message !== '');

console.log('typescript, openapi-fetch: a day\'s work done, a typed failure of each dialect caught');
