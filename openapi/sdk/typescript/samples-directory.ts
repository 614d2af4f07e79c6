// The operations of the admin API about organisations, roles, applications, keys, the audit and figures,
// once each.
import { client } from './generated/heyapi/client.gen.js';
import type { Auth } from './generated/heyapi/core/auth.gen.js';
import {
  addApplication, addApplicationSecret, addOrganisation, addRole, changeApplication, changeOrganisation, changeRole,
  deleteApplication, deleteOrganisation, deleteRole, linkOrganisation, listApplications, listApplicationSecrets,
  listAudit, listMembers, listOrganisations, listRoles, listSigningKeys, readApplication, readFigures,
  readOrganisation, readRole, retireSigningKey, revokeApplicationSecret, rotateSigningKey, unlinkOrganisation,
} from './generated/heyapi/index.js';
import { baseUrl } from './common.js';

client.setConfig({ baseUrl });
const adminToken = 'AT-1-ZGVtby1hZG1pbmlzdHJhdG9yLXRva2Vu';
// The operations take a token or an application's secret; this client would send the token as the secret too.
const asAdmin = ({ scheme }: Auth) => (scheme === 'bearer' ? adminToken : undefined);
let etag = '';
let kid = '';

{
  // sample: listOrganisations
  const { data } = await listOrganisations({ auth: asAdmin, throwOnError: true });
  console.log(data.items.map((organisation) => organisation.code));
  // end
}
{
  // sample: addOrganisation
  const { data } = await addOrganisation({
    auth: asAdmin,
    body: { code: '10020028', name: '第二十八职业高中' },
    throwOnError: true,
  });
  console.log(data.id);
  // end
}
{
  // sample: readOrganisation
  const { data, response } = await readOrganisation({
    auth: asAdmin,
    path: { organisation: '10020027' },
    throwOnError: true,
  });
  console.log(data.name, response.headers.get('ETag'));
  // end
  etag = response.headers.get('ETag') ?? '';
}
{
  // sample: changeOrganisation
  const { data } = await changeOrganisation({
    auth: asAdmin,
    path: { organisation: '10020027' },
    headers: { 'If-Match': etag },
    body: { name: '第二十七职业高中（东校区）' },
    throwOnError: true,
  });
  console.log(data.version);
  // end
}
{
  // sample: listMembers
  const { data } = await listMembers({
    auth: asAdmin,
    path: { organisation: '10020027' },
    query: { limit: 20 },
    throwOnError: true,
  });
  console.log(data.items.map((member) => member.username));
  // end
}
{
  // sample: deleteOrganisation
  await deleteOrganisation({
    auth: asAdmin,
    path: { organisation: '10020099' },
    headers: { 'If-Match': '*' },
    throwOnError: true,
  });
  // end
  console.log('deleteOrganisation');
}
{
  // sample: listRoles
  const { data } = await listRoles({ auth: asAdmin, throwOnError: true });
  console.log(data.items.map((role) => role.code));
  // end
}
{
  // sample: addRole
  const { data } = await addRole({
    auth: asAdmin,
    body: { code: 'js_000021', name: '班主任', administers: false },
    throwOnError: true,
  });
  console.log(data.id);
  // end
}
{
  // sample: readRole
  const { data, response } = await readRole({
    auth: asAdmin,
    path: { role: 'js_000008' },
    throwOnError: true,
  });
  console.log(data.name, response.headers.get('ETag'));
  // end
  etag = response.headers.get('ETag') ?? '';
}
{
  // sample: changeRole
  const { data } = await changeRole({
    auth: asAdmin,
    path: { role: 'js_000008' },
    headers: { 'If-Match': etag },
    body: { name: '教师' },
    throwOnError: true,
  });
  console.log(data.version);
  // end
}
{
  // sample: deleteRole
  await deleteRole({
    auth: asAdmin,
    path: { role: 'js_000099' },
    headers: { 'If-Match': '*' },
    throwOnError: true,
  });
  // end
  console.log('deleteRole');
}
{
  // sample: listApplications
  const { data } = await listApplications({ auth: asAdmin, throwOnError: true });
  console.log(data.items.map((application) => application.name));
  // end
}
{
  // sample: addApplication
  const { data } = await addApplication({
    auth: asAdmin,
    body: { id: 'library', name: '图书馆', rights: ['users.read'], organisations: ['10020027'] },
    throwOnError: true,
  });
  console.log(data.rights);
  // end
}
{
  // sample: readApplication
  const { data, response } = await readApplication({
    auth: asAdmin,
    path: { applicationId: '1' },
    throwOnError: true,
  });
  console.log(data.name, response.headers.get('ETag'));
  // end
  etag = response.headers.get('ETag') ?? '';
}
{
  // sample: changeApplication
  const { data } = await changeApplication({
    auth: asAdmin,
    path: { applicationId: '1' },
    headers: { 'If-Match': etag },
    body: { name: '演示应用（新）' },
    throwOnError: true,
  });
  console.log(data.version);
  // end
}
{
  // sample: linkOrganisation
  await linkOrganisation({
    auth: asAdmin,
    path: { applicationId: '1', organisation: '10020031' },
    throwOnError: true,
  });
  // end
  console.log('linkOrganisation');
}
{
  // sample: unlinkOrganisation
  await unlinkOrganisation({
    auth: asAdmin,
    path: { applicationId: '1', organisation: '10020031' },
    throwOnError: true,
  });
  // end
  console.log('unlinkOrganisation');
}
{
  // sample: listApplicationSecrets
  const { data } = await listApplicationSecrets({
    auth: asAdmin,
    path: { applicationId: '1' },
    throwOnError: true,
  });
  console.log(data.items.map((secret) => secret.id));
  // end
}
{
  // sample: addApplicationSecret
  const { data } = await addApplicationSecret({
    auth: asAdmin,
    path: { applicationId: '1' },
    headers: { 'Idempotency-Key': 'rotation-2026-12' },
    throwOnError: true,
  });
  console.log(data.secret);
  // end
}
{
  // sample: revokeApplicationSecret
  await revokeApplicationSecret({
    auth: asAdmin,
    path: { applicationId: '2', secretId: '2001' },
    throwOnError: true,
  });
  // end
  console.log('revokeApplicationSecret');
}
{
  // sample: deleteApplication
  await deleteApplication({
    auth: asAdmin,
    path: { applicationId: '9' },
    headers: { 'If-Match': '*' },
    throwOnError: true,
  });
  // end
  console.log('deleteApplication');
}
{
  // sample: listSigningKeys
  const { data } = await listSigningKeys({ auth: asAdmin, throwOnError: true });
  console.log(data.items.map((key) => key.kid));
  // end
  kid = data.items[0]?.kid ?? '';
}
{
  // sample: rotateSigningKey
  const { data } = await rotateSigningKey({
    auth: asAdmin,
    body: { overlap: 60 },
    throwOnError: true,
  });
  console.log(data.kid, data.signsFrom);
  // end
}
{
  // sample: retireSigningKey
  await retireSigningKey({
    auth: asAdmin,
    path: { kid },
    query: { force: true },
    throwOnError: true,
  });
  // end
  console.log('retireSigningKey');
}
{
  // sample: listAudit
  const { data } = await listAudit({
    auth: asAdmin,
    query: { kind: ['organisation_added', 'role_added'], limit: 20 },
    throwOnError: true,
  });
  console.log(data.items.map((event) => event.kind));
  // end
}
{
  // sample: readFigures
  const { data } = await readFigures({ auth: asAdmin, query: { step: 'day' }, throwOnError: true });
  console.log(data.liveSessions);
  // end
}
