// The unwrapping layer: each call returns its result or throws a typed failure, also where failures have the status 200.
import assert from 'node:assert/strict';
import createClient from 'openapi-fetch';
import { baseUrl, somebody } from './common.js';
import { createClient as createHeyapi } from './generated/heyapi/client/index.js';
import * as heyapi from './generated/heyapi/index.js';
import { quartet } from './generated/quartet.js';
import type { paths } from './generated/schema.js';
import { isFailure, QuartetError, unwrap, type Dialect } from './generated/unwrap.js';

/** The failure of a call in a dialect; anything else is thrown. */
async function refused<D extends Dialect>(dialect: D, call: Promise<unknown>): Promise<QuartetError<D>> {
  const thrown = await call.then(() => assert.fail('a failure was due'), (error: unknown) => error);
  if (isFailure(thrown, dialect) && thrown.message !== '') {
    return thrown;
  }
  throw thrown;
}

/** An answer that is not the server's is a failure too, whatever its status: a proxy's page, a body that is cut or empty. */
async function foreign() {
  for (const body of ['<html></html>', '{"code":0', '', 'null', '[]', '{}', '{"code":0,"msg":""}']) {
    for (const status of [200, 502]) {
      const fetch = async () => new Response(body, { status, headers: { 'Content-Type': 'application/json' } });
      const { yudao } = quartet(createClient<paths>({ baseUrl: 'http://127.0.0.1', fetch }));
      const thrown = await refused('yudao', yudao.signOut());
      assert.deepEqual([thrown.code, thrown.body], [undefined, undefined], body);
    }
  }
}

/** Failures of the dialects have the status 200 where the server runs with --legacy-status. */
async function run(url: string, legacy: boolean) {
  const status = (usual: number) => (legacy ? 200 : usual);
  const connected = (headers: Record<string, string> = {}) => quartet(createClient<paths>({ baseUrl: url, headers }));
  const api = connected();
  const me = somebody();

  // yudao: the result is what data holds.
  const { resendAfter } = await api.yudao.sendMobileCode({ body: { mobile: me.mobile } });
  assert.ok(new Date(resendAfter) > new Date());
  const code = (await api.system.getDemoOutbox()).find((message) => message.to === me.mobile)?.code;
  assert.ok(code);
  const login = { companyType: 0, productType: 2, source: 'day', mobile: me.mobile };
  const wrong = await refused('yudao', api.yudao.signInByMobile({
    body: { ...login, validateNo: code === '000000' ? '000001' : '000000' },
  }));
  assert.deepEqual([wrong.status, wrong.code, wrong.body?.msg], [status(401), 1002014000, wrong.message]);
  const { accessToken, userInfo } = await api.yudao.signInByMobile({ body: { ...login, validateNo: code } });
  const own = connected({ Authorization: accessToken.value });
  assert.ok((await own.yudao.listSessions()).some((session) => session.current));

  // cas: data too. Here with the client of @hey-api/openapi-ts, which knows where the token travels.
  const credentials: Record<string, string> = { 'X-App-Id': '1', accessToken: accessToken.value };
  const client = createHeyapi({ baseUrl: url, auth: ({ name }) => credentials[name ?? ''] });
  const info = await unwrap('cas', heyapi.getUserInfo({ client, query: { userId: String(userInfo.id) } }));
  assert.equal(info.phone, me.mobile);
  const nobody = await refused('cas', unwrap('cas', heyapi.getUserInfo({ client, query: { userId: '9007199254740993' } })));
  assert.deepEqual([nobody.status, nobody.code, nobody.body?.status], [status(404), 404, 'fail']);

  // ruoyi: the result is the body less msg and code.
  const fan = await api.ruoyi.getWeChatUserInfo({ body: { code: me.weChatCode } });
  assert.ok(fan.id !== '' && !('code' in fan) && !('msg' in fan));
  const invalid = await refused('ruoyi', api.ruoyi.getWeChatUserInfo({ body: { code: '40029'.padEnd(32, '0') } }));
  assert.deepEqual([invalid.status, invalid.code], [status(400), 40029]);

  // jfinal: the body less state.
  const { userId } = await api.jfinal.createUser({ body: { username: me.username, password: me.password } });
  const taken = await refused('jfinal', api.jfinal.createUser({ body: { username: me.username } }));
  assert.deepEqual([taken.status, taken.code, taken.message, taken.body?.state], [status(409), 409, '用户名已存在', 'fail']);
  const signedIn = await api.jfinal.signInByPassword({ body: { loginAccount: me.username, password: me.password } });
  assert.deepEqual(Object.keys(signedIn), ['Jwt']);
  const { user } = await connected({ Jwt: signedIn.Jwt }).jfinal.getUserDetail({ params: { query: { id: userId } } });
  assert.equal(user.username, me.username);

  // jeecg: what result holds.
  const body = { token: accessToken.value, frontType: 2 as const };
  assert.equal((await api.jeecg.refreshUser({ body })).phoneNumber, me.mobile);
  assert.equal(await own.yudao.signOut(), true);
  const ended = await refused('jeecg', api.jeecg.refreshUser({ body }));
  assert.deepEqual([ended.status, ended.code, ended.body?.success], [status(401), 401, false]);

  // The tags without an envelope of their own: the status decides.
  const unknown = await refused('oauth2', api.oauth2.introspectToken({ body: { token: accessToken.value } }));
  assert.deepEqual([unknown.status, unknown.code], [401, 'invalid_client']);
  assert.equal((await api.system.getHealth()).status, 'ok');
}

await foreign();
await run(baseUrl, false);
if (process.env.LEGACY_URL) {
  await run(process.env.LEGACY_URL, true);
}
console.log('typescript, unwrapped: a result and a typed failure of each dialect, also under the status 200');
