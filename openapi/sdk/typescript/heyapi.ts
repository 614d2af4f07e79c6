// A day's work with the client of @hey-api/openapi-ts.
import assert from 'node:assert/strict';
import { client } from './generated/heyapi/client.gen.js';
import * as api from './generated/heyapi/index.js';
import { baseUrl, ok, refused, somebody } from './common.js';

// One entry for each security scheme in use, by the name it travels under. A
// client sends every one it finds, so a token has one name here.
const credentials: Record<string, string> = { 'X-App-Id': '1' };
client.setConfig({ baseUrl, auth: ({ name }) => credentials[name ?? ''] });
const me = somebody();

// yudao: a code, a sign-in, the next access token, the device.
ok(await api.sendMobileCode({ body: { mobile: me.mobile } }));
const outbox = ok(await api.getDemoOutbox());
const code = outbox.find((message) => message.to === me.mobile)?.code;
assert.ok(code);
const login = { companyType: 0, productType: 2, source: 'day', mobile: me.mobile };
const wrong = refused(await api.signInByMobile({ body: { ...login, validateNo: code === '000000' ? '000001' : '000000' } }));
assert.deepEqual([wrong.code, wrong.data], [1002014000, null]);
const signedIn = ok(await api.signInByMobile({ body: { ...login, validateNo: code } })).data;
const next = ok(await api.refreshAccessToken({
  body: { accessToken: signedIn.accessToken.value, refreshToken: signedIn.refreshToken.value },
})).data;
assert.ok(new Date(next.expire) > new Date());
credentials['Authorization'] = next.value;
assert.equal(ok(await api.checkLoginStatus({ query: { deviceNumber: 'day-1' } })).data.isLogin, true);

// cas: the same person through an application; an id that nobody has keeps its digits.
credentials['accessToken'] = next.value;
const info = ok(await api.getUserInfo({ query: { userId: String(signedIn.userInfo.id) } }));
assert.deepEqual([info.status, info.data.phone], ['success', me.mobile]);
const nobody = refused(await api.getUserInfo({ query: { userId: '9007199254740993' } }));
assert.deepEqual([nobody.code, nobody.status, nobody.data], [404, 'fail', {}]);

// ruoyi: WeChat; the session travels in a header.
const weChat = await api.getWeChatUserInfo({ body: { code: me.weChatCode } });
assert.equal(ok(weChat).code, 200);
assert.match(weChat.response?.headers.get('X-Access-Token') ?? '', /^AT-/);
assert.equal(refused(await api.getWeChatUserInfo({ body: { code: '40029'.padEnd(32, '0') } })).code, 40029);

// jfinal: create, sign in, update, read, a new password.
const created = ok(await api.createUser({ body: { username: me.username, password: me.password } }));
const taken = refused(await api.createUser({ body: { username: me.username } }));
assert.deepEqual([taken.state, taken.code, taken.message], ['fail', 409, '用户名已存在']);
credentials['Jwt'] = ok(await api.signInByPassword({ body: { loginAccount: me.username, password: me.password } })).Jwt;
delete credentials['Authorization'];
ok(await api.updateUser({ body: { id: created.userId, nickname: '一鸣' } }));
assert.equal(ok(await api.getUserDetail({ query: { id: created.userId } })).user.nickname, '一鸣');
assert.equal(ok(await api.postUserDetail({ body: { id: created.userId } })).user.username, me.username);
const newPassword = me.password + '-new';
ok(await api.updatePassword({ body: { userId: created.userId, newPassword, oldPassowrd: me.password } }));
credentials['Jwt'] = ok(await api.signInByPassword({ body: { loginAccount: me.username, password: newPassword } })).Jwt;

// jeecg: the token slides; once signed out, it is refused.
const slid = ok(await api.refreshUser({ body: { token: next.value, frontType: 2 } }));
assert.deepEqual([slid.success, slid.result.phoneNumber], [true, me.mobile]);
credentials['Authorization'] = next.value;
assert.equal(ok(await api.signOut()).data, true);
const ended = refused(await api.refreshUser({ body: { token: next.value, frontType: 2 } }));
assert.deepEqual([ended.success, ended.code, ended.result], [false, 401, null]);
assert.ok(ended.timestamp > 0 && ended.message !== '');

console.log('typescript, @hey-api/openapi-ts: a day\'s work done, a typed failure of each dialect caught');
