// The operations of the admin API about people, once each: administrators, users, sessions and lockouts.
import { client } from './generated/heyapi/client.gen.js';
import type { Auth } from './generated/heyapi/core/auth.gen.js';
import {
  addUser, changeUser, endAnySession, endSessionsOfUser, eraseUser, exportUser, findSessions, listLockouts,
  listMembershipsOfUser, listUsers, mergeUser, previewAnswer, readAdministrator, readUser, removeMembership,
  setMembership, setUpAdministrator, setUserPassword, setUserRole, signInAdministrator, signOutAdministrator,
  unlockClientIp, unlockUser,
} from './generated/heyapi/index.js';
import { baseUrl } from './common.js';

const adminToken = 'AT-1-ZGVtby1hZG1pbmlzdHJhdG9yLXRva2Vu';
// The operations take a token or an application's secret; this client would send the token as the secret too.
const asAdmin = ({ scheme }: Auth) => (scheme === 'bearer' ? adminToken : undefined);
const adminPassword = 'quartet-admin';
const setupUrl = process.env.SETUP_URL ?? ''; // of a server without users
const setupToken = process.env.SETUP_TOKEN ?? '';
const newPassword = 'violet-evening';
let etag = '';

client.setConfig({ baseUrl: setupUrl });
{
  // sample: setUpAdministrator
  const { data } = await setUpAdministrator({
    body: { token: setupToken, username: 'gu.qinghe', password: newPassword },
    throwOnError: true,
  });
  console.log(data.token);
  // end
}
client.setConfig({ baseUrl });
{
  // sample: signInAdministrator
  const { data } = await signInAdministrator({
    body: { account: 'admin', password: adminPassword },
    throwOnError: true,
  });
  console.log(data.token);
  // end
}
{
  // sample: readAdministrator
  const { data } = await readAdministrator({ auth: asAdmin, throwOnError: true });
  console.log(data.role, data.rights.length);
  // end
}
{
  // sample: listUsers
  const { data } = await listUsers({
    auth: asAdmin,
    query: { organisation: '10020027', limit: 20 },
    throwOnError: true,
  });
  console.log(data.items.map((user) => user.username));
  // end
}
{
  // sample: addUser
  const { data } = await addUser({
    auth: asAdmin,
    headers: { 'Idempotency-Key': 'enrolment-2026-117' },
    body: { username: 'gu.qinghe', nickname: '清和', mobile: '13900139000', mobileVerified: true },
    throwOnError: true,
  });
  console.log(data.id);
  // end
}
{
  // sample: findSessions
  const { data } = await findSessions({ auth: asAdmin, query: { user: '3' }, throwOnError: true });
  console.log(data.items.map((session) => session.id));
  // end
}
{
  // sample: endAnySession
  await endAnySession({ auth: asAdmin, path: { sessionId: '1006' }, throwOnError: true });
  // end
  console.log('endAnySession');
}
{
  // sample: readUser
  const { data, response } = await readUser({
    auth: asAdmin,
    path: { userId: '3' },
    throwOnError: true,
  });
  console.log(data.nickname, response.headers.get('ETag'));
  // end
  etag = response.headers.get('ETag') ?? '';
}
{
  // sample: changeUser
  const { data } = await changeUser({
    auth: asAdmin,
    path: { userId: '3' },
    headers: { 'If-Match': etag },
    body: { remark: '已核对姓名', company: '云栖书店' },
    throwOnError: true,
  });
  console.log(data.version);
  // end
}
{
  // sample: setUserRole
  const { data } = await setUserRole({
    auth: asAdmin,
    path: { userId: '3' },
    headers: { 'If-Match': '*' },
    body: { role: 'administrator' },
    throwOnError: true,
  });
  console.log(data.role);
  // end
}
{
  // sample: setUserPassword
  const { data } = await setUserPassword({
    auth: asAdmin,
    path: { userId: '3' },
    body: {},
    throwOnError: true,
  });
  console.log(data.password);
  // end
}
{
  // sample: listMembershipsOfUser
  const { data } = await listMembershipsOfUser({
    auth: asAdmin,
    path: { userId: '3' },
    throwOnError: true,
  });
  console.log(data.items.map((membership) => membership.organisation.name));
  // end
}
{
  // sample: setMembership
  const { data } = await setMembership({
    auth: asAdmin,
    path: { userId: '3', organisation: '10020027' },
    body: { roles: ['js_000008'] },
    throwOnError: true,
  });
  console.log(data.roles.map((role) => role.name));
  // end
}
{
  // sample: removeMembership
  await removeMembership({
    auth: asAdmin,
    path: { userId: '5', organisation: '10020027' },
    throwOnError: true,
  });
  // end
  console.log('removeMembership');
}
{
  // sample: previewAnswer
  const { data } = await previewAnswer({
    auth: asAdmin,
    path: { userId: '3' },
    body: { dialect: 'jfinal' },
    throwOnError: true,
  });
  console.log(data.body);
  // end
}
{
  // sample: exportUser
  const { data } = await exportUser({ auth: asAdmin, path: { userId: '3' }, throwOnError: true });
  console.log(data.user.guid);
  // end
}
{
  // sample: endSessionsOfUser
  await endSessionsOfUser({ auth: asAdmin, path: { userId: '3' }, throwOnError: true });
  // end
  console.log('endSessionsOfUser');
}
{
  // sample: listLockouts
  const { data } = await listLockouts({ auth: asAdmin, throwOnError: true });
  console.log(`${data.items.length} locked`);
  // end
}
{
  // sample: unlockUser
  await unlockUser({ auth: asAdmin, path: { userId: '3' }, throwOnError: true });
  // end
  console.log('unlockUser');
}
{
  // sample: unlockClientIp
  await unlockClientIp({ auth: asAdmin, path: { clientIp: '203.0.113.7' }, throwOnError: true });
  // end
  console.log('unlockClientIp');
}
{
  // sample: mergeUser
  const { data } = await mergeUser({
    auth: asAdmin,
    path: { userId: '6' },
    body: { into: '3' },
    throwOnError: true,
  });
  console.log(data.version);
  // end
}
{
  // sample: eraseUser
  await eraseUser({
    auth: asAdmin,
    path: { userId: '3' },
    headers: { 'If-Match': '*' },
    throwOnError: true,
  });
  // end
  console.log('eraseUser');
}
{
  // sample: signOutAdministrator
  await signOutAdministrator({ auth: asAdmin, throwOnError: true });
  // end
  console.log('signOutAdministrator');
}
