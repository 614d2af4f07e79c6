import { PontCore } from './client/pontCore';
import { baseUrl, caught, day } from './common';

// The client puts its functions into window; the server's address and JSON are for this function to add.
Object.assign(globalThis, { window: globalThis });
await import('./client');
PontCore.useFetch(async (path, { method, body }) => {
  const headers = { 'Content-Type': 'application/json' };
  const answer = await fetch(baseUrl + path, { method, headers, body: body && JSON.stringify(body) });
  if (!answer.ok) throw await answer.json();
  return answer.json();
});

const refused = caught((thrown) => thrown);
const untyped = async () => ({});

await day({
  sendCode: (mobile) => API.yudao.sendMobileCode.request({}, { mobile }),
  outbox: async () => (await API.system.getDemoOutbox.request({})).map(({ to = '', code = '' }) => ({ to, code })),
  yudao: untyped,
  cas: untyped,
  ruoyi: (code) => refused<Required<defs.RuoyiFailureBody>>()(
    API.ruoyi.getWeChatUserInfo.request({}, { code }).then(({ code = 0, msg = '' }) => ({ code, msg }))),
  jfinal: untyped,
  jeecg: untyped,
});
