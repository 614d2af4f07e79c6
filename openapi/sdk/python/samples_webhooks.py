"""The operations of the admin API about webhooks and their deliveries."""

import os
from datetime import UTC, datetime

import quartet_client
from quartet_client import ApiClient, Configuration

base_url = os.environ.get("BASE_URL", "http://127.0.0.1:8080")
admin_token = "AT-1-ZGVtby1hZG1pbmlzdHJhdG9yLXRva2Vu"


def list_webhooks() -> None:
    # sample: listWebhooks
    configuration = Configuration(host=base_url, access_token=admin_token)
    api = quartet_client.AdminApi(ApiClient(configuration))
    print([webhook.url for webhook in api.list_webhooks().items])
    # end


def add_webhook() -> None:
    # sample: addWebhook
    configuration = Configuration(host=base_url, access_token=admin_token)
    api = quartet_client.AdminApi(ApiClient(configuration))
    webhook = quartet_client.AdminNewWebhook(
        url="https://hooks.example.com/other",
        description="图书馆",
        kinds=[quartet_client.AdminAuditKind.AdminKindUserCreated],
    )
    answer = api.add_webhook(webhook)
    print(answer.webhook.id, answer.secret)
    # end


def read_webhook() -> str:
    # sample: readWebhook
    configuration = Configuration(host=base_url, access_token=admin_token)
    api = quartet_client.AdminApi(ApiClient(configuration))
    webhook = api.read_webhook("1")
    print(webhook.url, webhook.version)
    # end
    return f'"{webhook.version}"'


def change_webhook(etag: str) -> None:
    # sample: changeWebhook
    configuration = Configuration(host=base_url, access_token=admin_token)
    api = quartet_client.AdminApi(ApiClient(configuration))
    kinds = [quartet_client.AdminAuditKind.AdminKindUserCreated, quartet_client.AdminAuditKind.AdminKindUserUpdated]
    print(api.change_webhook("1", etag, quartet_client.AdminWebhookChange(kinds=kinds)).version)
    # end


def rotate_webhook_secret() -> None:
    # sample: rotateWebhookSecret
    configuration = Configuration(host=base_url, access_token=admin_token)
    api = quartet_client.AdminApi(ApiClient(configuration))
    answer = api.rotate_webhook_secret("1")
    print(answer.secret, answer.webhook.old_secret_until)
    # end


def test_webhook() -> None:
    # sample: testWebhook
    configuration = Configuration(host=base_url, access_token=admin_token)
    api = quartet_client.AdminApi(ApiClient(configuration))
    print(api.test_webhook("1").id)
    # end


def list_deliveries() -> None:
    # sample: listDeliveries
    configuration = Configuration(host=base_url, access_token=admin_token)
    api = quartet_client.AdminApi(ApiClient(configuration))
    delivered = quartet_client.AdminDeliveryState.DeliveryDelivered
    print([delivery.id for delivery in api.list_deliveries(webhook="1", state=delivered).items])
    # end


def read_delivery() -> None:
    # sample: readDelivery
    configuration = Configuration(host=base_url, access_token=admin_token)
    api = quartet_client.AdminApi(ApiClient(configuration))
    print(api.read_delivery("msg_2001_1").delivery.last_status)
    # end


def replay_delivery() -> None:
    # sample: replayDelivery
    configuration = Configuration(host=base_url, access_token=admin_token)
    api = quartet_client.AdminApi(ApiClient(configuration))
    print(api.replay_delivery("msg_2001_1").state.value)
    # end


def replay_deliveries() -> None:
    # sample: replayDeliveries
    configuration = Configuration(host=base_url, access_token=admin_token)
    api = quartet_client.AdminApi(ApiClient(configuration))
    since = datetime(2026, 11, 21, 1, tzinfo=UTC)
    print(api.replay_deliveries("1", quartet_client.AdminReplay(since=since)).queued, "queued")
    # end


def delete_webhook() -> None:
    # sample: deleteWebhook
    configuration = Configuration(host=base_url, access_token=admin_token)
    api = quartet_client.AdminApi(ApiClient(configuration))
    api.delete_webhook("1", "*")
    # end
    print("deleteWebhook")


def run() -> None:
    list_webhooks()
    add_webhook()
    etag = read_webhook()
    change_webhook(etag)
    rotate_webhook_secret()
    test_webhook()
    list_deliveries()
    read_delivery()
    replay_delivery()
    replay_deliveries()
    delete_webhook()
