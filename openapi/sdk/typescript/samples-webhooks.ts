// The operations of the admin API about webhooks and their deliveries, once each.
import { client } from './generated/heyapi/client.gen.js';
import {
  addWebhook, changeWebhook, deleteWebhook, listDeliveries, listWebhooks, readDelivery, readWebhook, replayDeliveries,
  replayDelivery, rotateWebhookSecret, testWebhook,
} from './generated/heyapi/index.js';
import { baseUrl } from './common.js';

client.setConfig({ baseUrl });
const adminToken = 'AT-1-ZGVtby1hZG1pbmlzdHJhdG9yLXRva2Vu';
let etag = '';

{
  // sample: listWebhooks
  const { data } = await listWebhooks({ auth: adminToken, throwOnError: true });
  console.log(data.items.map((webhook) => webhook.url));
  // end
}
{
  // sample: addWebhook
  const { data } = await addWebhook({
    auth: adminToken,
    body: { url: 'https://hooks.example.com/other', description: '图书馆', kinds: ['user_created'] },
    throwOnError: true,
  });
  console.log(data.webhook.id, data.secret);
  // end
}
{
  // sample: readWebhook
  const { data, response } = await readWebhook({
    auth: adminToken,
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
    auth: adminToken,
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
    auth: adminToken,
    path: { webhookId: '1' },
    throwOnError: true,
  });
  console.log(data.secret, data.webhook.oldSecretUntil);
  // end
}
{
  // sample: testWebhook
  const { data } = await testWebhook({ auth: adminToken, path: { webhookId: '1' }, throwOnError: true });
  console.log(data.id);
  // end
}
{
  // sample: listDeliveries
  const { data } = await listDeliveries({
    auth: adminToken,
    query: { webhook: '1', state: 'delivered' },
    throwOnError: true,
  });
  console.log(data.items.map((delivery) => delivery.id));
  // end
}
{
  // sample: readDelivery
  const { data } = await readDelivery({
    auth: adminToken,
    path: { deliveryId: 'msg_2001_1' },
    throwOnError: true,
  });
  console.log(data.delivery.lastStatus, data.payload?.type);
  // end
}
{
  // sample: replayDelivery
  const { data } = await replayDelivery({
    auth: adminToken,
    path: { deliveryId: 'msg_2001_1' },
    throwOnError: true,
  });
  console.log(data.state);
  // end
}
{
  // sample: replayDeliveries
  const { data } = await replayDeliveries({
    auth: adminToken,
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
    auth: adminToken,
    path: { webhookId: '1' },
    headers: { 'If-Match': '*' },
    throwOnError: true,
  });
  // end
  console.log('deleteWebhook');
}
