// The operations of the admin API about webhooks and their deliveries, once each.
import { client } from './generated/heyapi/client.gen.js';
import type { Auth } from './generated/heyapi/core/auth.gen.js';
import {
  addWebhook, changeWebhook, deleteWebhook, listDeliveries, listWebhooks, readDelivery, readWebhook, replayDeliveries,
  replayDelivery, rotateWebhookSecret, testWebhook,
} from './generated/heyapi/index.js';
import { baseUrl } from './common.js';

client.setConfig({ baseUrl });
const adminToken = 'AT-1-ZGVtby1hZG1pbmlzdHJhdG9yLXRva2Vu';
// The operations take a token or an application's secret; this client would send the token as the secret too.
const asAdmin = ({ scheme }: Auth) => (scheme === 'bearer' ? adminToken : undefined);
let etag = '';

{
  // sample: listWebhooks
  const { data } = await listWebhooks({ auth: asAdmin, throwOnError: true });
  console.log(data.items.map((webhook) => webhook.url));
  // end
}
{
  // sample: addWebhook
  const { data } = await addWebhook({
    auth: asAdmin,
    body: { url: 'https://hooks.example.com/other', description: '图书馆', kinds: ['user_created'] },
    throwOnError: true,
  });
  console.log(data.webhook.id, data.secret);
  // end
}
{
  // sample: readWebhook
  const { data, response } = await readWebhook({
    auth: asAdmin,
    path: { webhookId: '1' },
    throwOnError: true,
  });
  console.log(data.kinds, response.headers.get('ETag'));
  // end
  etag = response.headers.get('ETag') ?? '';
}
{
  // sample: changeWebhook
  const { data } = await changeWebhook({
    auth: asAdmin,
    path: { webhookId: '1' },
    headers: { 'If-Match': etag },
    body: { kinds: ['user_created', 'user_updated'] },
    throwOnError: true,
  });
  console.log(data.version);
  // end
}
{
  // sample: rotateWebhookSecret
  const { data } = await rotateWebhookSecret({
    auth: asAdmin,
    path: { webhookId: '1' },
    throwOnError: true,
  });
  console.log(data.secret, data.webhook.oldSecretUntil);
  // end
}
{
  // sample: testWebhook
  const { data } = await testWebhook({ auth: asAdmin, path: { webhookId: '1' }, throwOnError: true });
  console.log(data.id);
  // end
}
{
  // sample: listDeliveries
  const { data } = await listDeliveries({
    auth: asAdmin,
    query: { webhook: '1', state: 'delivered', limit: 2 },
    throwOnError: true,
  });
  console.log(data.items.map((delivery) => delivery.id));
  // end
}
{
  // sample: readDelivery
  const { data } = await readDelivery({
    auth: asAdmin,
    path: { deliveryId: 'msg_2001_1' },
    throwOnError: true,
  });
  console.log(data.delivery.lastStatus, data.payload?.type);
  // end
}
{
  // sample: replayDelivery
  const { data } = await replayDelivery({
    auth: asAdmin,
    path: { deliveryId: 'msg_2001_1' },
    throwOnError: true,
  });
  console.log(data.state);
  // end
}
{
  // sample: replayDeliveries
  const { data } = await replayDeliveries({
    auth: asAdmin,
    path: { webhookId: '1' },
    body: { since: '2026-11-21T01:00:00Z' },
    throwOnError: true,
  });
  console.log(`${data.queued} queued`);
  // end
}
{
  // sample: deleteWebhook
  await deleteWebhook({
    auth: asAdmin,
    path: { webhookId: '1' },
    headers: { 'If-Match': '*' },
    throwOnError: true,
  });
  // end
  console.log('deleteWebhook');
}
