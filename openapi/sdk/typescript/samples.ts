// Every operation once, with the client of @hey-api/openapi-ts. The parts between "sample" and "end" are
// the samples of the contract.
import { client } from './generated/heyapi/client.gen.js';
import {
  checkLoginStatus, checkLoginStatusByPath, closeAccount, copyMyData, createUser, endSession, exchangeToken,
  getDemoOutbox, getHealth, getJsonWebKeys, getMetrics, getReadiness, getSpecAsJson, getSpecAsYaml, getUserDetail,
  getUserInfo, getWeChatUserInfo, introspectToken, linkWeChat, listSessions, listSignIns, mergeUsers, postUserDetail,
  refreshAccessToken, refreshUser, resetDemo, resetForgottenPassword, sendMobileCode, signInByMobile,
  signInByPassword, signInByWeChat, signInByWeChatMobile, signOut, updatePassword, updateUser, verifyMobile,
} from './generated/heyapi/index.js';
import { baseUrl } from './common.js';

client.setConfig({ baseUrl });
const accessToken = 'AT-4-Q8z-8PhSfm4RYp10WUcpuWSXbjpUIRtW';
const oldAccessToken = 'AT-1-ZGVtby1yZWZyZXNoLWFjY2Vzcy0x_A01';
const refreshToken = 'RT-ZGVtby1yZWZyZXNoLXRva2VuLW9mLXF1YXJ0ZXQtMDE';
const appId = '1';
const appSecret = 'qas_ZGVtb25zdHJhdGlvbi1zZWNyZXQtb2YtYXBwLTEtMDE';
const code = '246135';
const weChatCode = '0a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P';
const phoneCode = '13900000009a1B2c3D4e5F6g7H8i9J0k';
const linkCode = '1b2C3d4E5f6G7h8I9j0K1l2M3n4O5p6Q';
const oldToken = 'old-4d1c7be09a2f4e6c8b53';
const otherAccessToken = 'AT-1-ZGVtby1vdGhlci1hY2NvdW50LXRva2Vu';
const password = 'quartet-demo';
const newPassword = 'violet-evening';
let jwt = '';

// The admin API, one file after the other.
await import('./samples-directory.js');
await import('./samples-webhooks.js');
await import('./samples-people.js');

{
  // sample: refreshUser
  const { data } = await refreshUser({
    body: { token: accessToken, frontType: 0 },
    throwOnError: true,
  });
  console.log(data.result.nickname);
  // end
}
{
  // sample: sendMobileCode
  const { data } = await sendMobileCode({
    body: { mobile: '13900000001' },
    throwOnError: true,
  });
  console.log(data.data.resendAfter);
  // end
}
{
  // sample: signInByMobile
  const { data } = await signInByMobile({
    body: { mobile: '13800138000', validateNo: code, source: 'web' },
    throwOnError: true,
  });
  console.log(data.data.accessToken.value);
  // end
}
{
  // sample: verifyMobile
  const { data } = await verifyMobile({
    auth: accessToken,
    body: { mobile: '13800138000', validateNo: code },
    throwOnError: true,
  });
  console.log(data.data);
  // end
}
{
  // sample: refreshAccessToken
  const { data } = await refreshAccessToken({
    body: { accessToken: oldAccessToken, refreshToken },
    throwOnError: true,
  });
  console.log(data.data.value);
  // end
}
{
  // sample: checkLoginStatus
  const { data } = await checkLoginStatus({
    auth: accessToken,
    query: { deviceNumber: 'pc-7f3a' },
    throwOnError: true,
  });
  console.log(data.data.isLogin);
  // end
}
{
  // sample: checkLoginStatusByPath
  const { data } = await checkLoginStatusByPath({
    auth: accessToken,
    path: { deviceNumber: 'pc-7f3a' },
    throwOnError: true,
  });
  console.log(data.data.isLogin);
  // end
}
{
  // sample: listSessions
  const { data } = await listSessions({ auth: accessToken, throwOnError: true });
  console.log(data.data.map((session) => session.id));
  // end
}
{
  // sample: endSession
  const { data } = await endSession({
    auth: accessToken,
    path: { id: 1003 },
    throwOnError: true,
  });
  console.log(data.data);
  // end
}
{
  // sample: getUserInfo
  const credentials: Record<string, string> = { 'X-App-Id': appId, accessToken };
  const { data } = await getUserInfo({
    auth: ({ name }) => credentials[name ?? ''],
    query: { userId: '1' },
    throwOnError: true,
  });
  console.log(data.data.account);
  // end
}
{
  // sample: getWeChatUserInfo
  const { response } = await getWeChatUserInfo({
    body: { code: weChatCode },
    throwOnError: true,
  });
  console.log(response.headers.get('X-Access-Token'));
  // end
}
{
  // sample: signInByWeChat
  const { data } = await signInByWeChat({
    body: { code: weChatCode, source: 'mini-program' },
    throwOnError: true,
  });
  console.log(data.data.accessToken.value);
  // end
}
{
  // sample: signInByWeChatMobile
  const { data } = await signInByWeChatMobile({
    body: { phoneCode, source: 'mini-program' },
    throwOnError: true,
  });
  console.log(data.data.userInfo.mobile);
  // end
}
{
  // sample: linkWeChat
  const { data } = await linkWeChat({
    auth: accessToken,
    body: { code: linkCode },
    throwOnError: true,
  });
  console.log(data.data);
  // end
}
{
  // sample: exchangeToken
  const { data } = await exchangeToken({
    body: { token: oldToken, source: 'app' },
    throwOnError: true,
  });
  console.log(data.data.accessToken.value);
  // end
}
{
  // sample: mergeUsers
  const { data } = await mergeUsers({
    auth: accessToken,
    body: { accessToken: otherAccessToken },
    throwOnError: true,
  });
  console.log(data.data.id);
  // end
}
{
  // sample: createUser
  const { data } = await createUser({
    body: { username: 'su.qing', password: newPassword, nickname: '苏青' },
    throwOnError: true,
  });
  console.log(data.userId);
  // end
}
{
  // sample: signInByPassword
  const { data } = await signInByPassword({
    body: { loginAccount: 'demo', password },
    throwOnError: true,
  });
  console.log(data.Jwt);
  // end
  jwt = data.Jwt;
}
{
  // sample: getUserDetail
  const { data } = await getUserDetail({
    headers: { Jwt: jwt },
    query: { id: 1 },
    throwOnError: true,
  });
  console.log(data.user.nickname);
  // end
}
{
  // sample: postUserDetail
  const { data } = await postUserDetail({
    headers: { Jwt: jwt },
    body: { id: 1 },
    throwOnError: true,
  });
  console.log(data.user.nickname);
  // end
}
{
  // sample: updateUser
  const { data } = await updateUser({
    headers: { Jwt: jwt },
    body: { id: 1, nickname: '晚秋', occupation: '教师' },
    throwOnError: true,
  });
  console.log(data.state);
  // end
}
{
  // sample: introspectToken
  const { data } = await introspectToken({
    auth: `${appId}:${appSecret}`,
    body: { token: accessToken },
    throwOnError: true,
  });
  console.log(data.active);
  // end
}
{
  // sample: getHealth
  const { data } = await getHealth({ throwOnError: true });
  console.log(data.status);
  // end
}
{
  // sample: getReadiness
  const { data } = await getReadiness({ throwOnError: true });
  console.log(data.status);
  // end
}
{
  // sample: getMetrics
  const { data } = await getMetrics({ throwOnError: true });
  console.log(data.length);
  // end
}
{
  // sample: getSpecAsYaml
  const { data } = await getSpecAsYaml({ query: { tag: ['jfinal'] }, throwOnError: true });
  console.log(data.size);
  // end
}
{
  // sample: getSpecAsJson
  const { data } = await getSpecAsJson({ query: { tag: ['jfinal'] }, throwOnError: true });
  console.log(data['openapi']);
  // end
}
{
  // sample: getJsonWebKeys
  const { data } = await getJsonWebKeys({ throwOnError: true });
  console.log(data.keys.map((key) => key.kid));
  // end
}
{
  // sample: getDemoOutbox
  const { data } = await getDemoOutbox({ throwOnError: true });
  console.log(data.map((message) => message.code));
  // end
}
{
  // sample: signOut
  const { data } = await signOut({ auth: accessToken, throwOnError: true });
  console.log(data.data);
  // end
}
{
  // sample: updatePassword
  const { data } = await updatePassword({
    headers: { Jwt: jwt },
    body: { userId: 1, newPassword, oldPassowrd: password },
    throwOnError: true,
  });
  console.log(data.state);
  // end
}
{
  // sample: listSignIns
  const { data } = await listSignIns({ auth: jwt, query: { limit: 5 }, throwOnError: true });
  console.log(data.data.list[0]?.kind);
  // end
}
{
  // sample: copyMyData
  const { data } = await copyMyData({ auth: jwt, throwOnError: true });
  console.log(data.data.user.nickname);
  // end
}
{
  // sample: closeAccount
  const { data } = await closeAccount({
    auth: jwt,
    body: { password: newPassword },
    throwOnError: true,
  });
  console.log(data.data.eraseTime);
  // end
}
{
  // sample: resetForgottenPassword
  const { data } = await resetForgottenPassword({
    body: { mobile: '13800138000', validateNo: code, newPassword },
    throwOnError: true,
  });
  console.log(data.data);
  // end
}
{
  // sample: resetDemo
  const { data } = await resetDemo({ throwOnError: true });
  console.log(data.status);
  // end
}
