package day;

import java.time.OffsetDateTime;
import java.util.Optional;
import java.util.Set;

import quartet.client.ApiClient;
import quartet.client.ApiException;
import quartet.client.api.AdminApi;
import quartet.client.model.AdminAuditKind;
import quartet.client.model.AdminDeliveryState;
import quartet.client.model.AdminNewWebhook;
import quartet.client.model.AdminReplay;
import quartet.client.model.AdminWebhook;
import quartet.client.model.AdminWebhookChange;

/** The operations of the admin API about webhooks and their deliveries. */
final class WebhookSamples {
    private static final String baseUrl = Optional.ofNullable(System.getenv("BASE_URL")).orElse("http://127.0.0.1:8080");
    private static final String adminToken = "AT-1-ZGVtby1hZG1pbmlzdHJhdG9yLXRva2Vu";

    private WebhookSamples() {
    }

    static void run() throws ApiException {
        listWebhooks();
        addWebhook();
        String etag = readWebhook();
        changeWebhook(etag);
        rotateWebhookSecret();
        testWebhook();
        listDeliveries();
        readDelivery();
        replayDelivery();
        replayDeliveries();
        deleteWebhook();
    }

    private static void listWebhooks() throws ApiException {
        // sample: listWebhooks
        ApiClient client = new ApiClient().setBasePath(baseUrl);
        client.setBearerToken(adminToken);
        AdminApi api = new AdminApi(client);
        System.out.println(api.listWebhooks(20, null).getItems().get(0).getUrl());
        // end
    }

    private static void addWebhook() throws ApiException {
        // sample: addWebhook
        ApiClient client = new ApiClient().setBasePath(baseUrl);
        client.setBearerToken(adminToken);
        AdminApi api = new AdminApi(client);
        AdminNewWebhook webhook = new AdminNewWebhook()
            .url("https://hooks.example.com/other")
            .description("图书馆")
            .kinds(Set.of(AdminAuditKind.AdminKindUserCreated));
        System.out.println(api.addWebhook(webhook, null).getSecret());
        // end
    }

    private static String readWebhook() throws ApiException {
        // sample: readWebhook
        ApiClient client = new ApiClient().setBasePath(baseUrl);
        client.setBearerToken(adminToken);
        AdminApi api = new AdminApi(client);
        AdminWebhook webhook = api.readWebhook("1");
        System.out.println(webhook.getUrl() + " " + webhook.getVersion());
        // end
        return "\"" + webhook.getVersion() + "\"";
    }

    private static void changeWebhook(String etag) throws ApiException {
        // sample: changeWebhook
        ApiClient client = new ApiClient().setBasePath(baseUrl);
        client.setBearerToken(adminToken);
        AdminApi api = new AdminApi(client);
        AdminWebhookChange change = new AdminWebhookChange()
            .kinds(Set.of(AdminAuditKind.AdminKindUserCreated, AdminAuditKind.AdminKindUserUpdated));
        System.out.println(api.changeWebhook("1", etag, change).getVersion());
        // end
    }

    private static void rotateWebhookSecret() throws ApiException {
        // sample: rotateWebhookSecret
        ApiClient client = new ApiClient().setBasePath(baseUrl);
        client.setBearerToken(adminToken);
        AdminApi api = new AdminApi(client);
        System.out.println(api.rotateWebhookSecret("1", null).getSecret());
        // end
    }

    private static void testWebhook() throws ApiException {
        // sample: testWebhook
        ApiClient client = new ApiClient().setBasePath(baseUrl);
        client.setBearerToken(adminToken);
        AdminApi api = new AdminApi(client);
        System.out.println(api.testWebhook("1").getId());
        // end
    }

    private static void listDeliveries() throws ApiException {
        // sample: listDeliveries
        ApiClient client = new ApiClient().setBasePath(baseUrl);
        client.setBearerToken(adminToken);
        AdminApi api = new AdminApi(client);
        AdminDeliveryState delivered = AdminDeliveryState.DeliveryDelivered;
        System.out.println(api.listDeliveries("1", delivered, 20, null).getItems().get(0).getId());
        // end
    }

    private static void readDelivery() throws ApiException {
        // sample: readDelivery
        ApiClient client = new ApiClient().setBasePath(baseUrl);
        client.setBearerToken(adminToken);
        AdminApi api = new AdminApi(client);
        System.out.println(api.readDelivery("msg_2001_1").getDelivery().getLastStatus());
        // end
    }

    private static void replayDelivery() throws ApiException {
        // sample: replayDelivery
        ApiClient client = new ApiClient().setBasePath(baseUrl);
        client.setBearerToken(adminToken);
        AdminApi api = new AdminApi(client);
        System.out.println(api.replayDelivery("msg_2001_1").getState());
        // end
    }

    private static void replayDeliveries() throws ApiException {
        // sample: replayDeliveries
        ApiClient client = new ApiClient().setBasePath(baseUrl);
        client.setBearerToken(adminToken);
        AdminApi api = new AdminApi(client);
        AdminReplay replay = new AdminReplay().since(OffsetDateTime.parse("2026-11-21T01:00:00Z"));
        System.out.println(api.replayDeliveries("1", replay).getQueued() + " queued");
        // end
    }

    private static void deleteWebhook() throws ApiException {
        // sample: deleteWebhook
        ApiClient client = new ApiClient().setBasePath(baseUrl);
        client.setBearerToken(adminToken);
        AdminApi api = new AdminApi(client);
        api.deleteWebhook("1", "*");
        // end
        System.out.println("deleteWebhook");
    }
}
