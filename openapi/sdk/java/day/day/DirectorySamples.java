package day;

import java.util.List;
import java.util.Optional;
import java.util.Set;

import quartet.client.ApiClient;
import quartet.client.ApiException;
import quartet.client.api.AdminApi;
import quartet.client.model.AdminApplication;
import quartet.client.model.AdminApplicationChange;
import quartet.client.model.AdminApplicationRight;
import quartet.client.model.AdminAuditKind;
import quartet.client.model.AdminFigureStep;
import quartet.client.model.AdminKeyRotation;
import quartet.client.model.AdminNewApplication;
import quartet.client.model.AdminNewOrganisation;
import quartet.client.model.AdminNewRole;
import quartet.client.model.AdminOrganisation;
import quartet.client.model.AdminOrganisationChange;
import quartet.client.model.AdminRole;
import quartet.client.model.AdminRoleChange;

/** The operations of the admin API about organisations, roles, applications, keys, the audit and figures. */
final class DirectorySamples {
    private static final String baseUrl = Optional.ofNullable(System.getenv("BASE_URL")).orElse("http://127.0.0.1:8080");
    private static final String adminToken = "AT-1-ZGVtby1hZG1pbmlzdHJhdG9yLXRva2Vu";

    private DirectorySamples() {
    }

    static void run() throws ApiException {
        listOrganisations();
        addOrganisation();
        String etag = readOrganisation();
        changeOrganisation(etag);
        listMembers();
        deleteOrganisation();
        listRoles();
        addRole();
        etag = readRole();
        changeRole(etag);
        deleteRole();
        listApplications();
        addApplication();
        etag = readApplication();
        changeApplication(etag);
        linkOrganisation();
        unlinkOrganisation();
        listApplicationSecrets();
        addApplicationSecret();
        revokeApplicationSecret();
        deleteApplication();
        String kid = listSigningKeys();
        rotateSigningKey();
        retireSigningKey(kid);
        listAudit();
        readFigures();
    }

    private static void listOrganisations() throws ApiException {
        // sample: listOrganisations
        ApiClient client = new ApiClient().setBasePath(baseUrl);
        client.setBearerToken(adminToken);
        AdminApi api = new AdminApi(client);
        System.out.println(api.listOrganisations(20, null).getItems().size());
        // end
    }

    private static void addOrganisation() throws ApiException {
        // sample: addOrganisation
        ApiClient client = new ApiClient().setBasePath(baseUrl);
        client.setBearerToken(adminToken);
        AdminApi api = new AdminApi(client);
        AdminNewOrganisation organisation = new AdminNewOrganisation().code("10020028").name("第二十八职业高中");
        System.out.println(api.addOrganisation(organisation, null).getId());
        // end
    }

    private static String readOrganisation() throws ApiException {
        // sample: readOrganisation
        ApiClient client = new ApiClient().setBasePath(baseUrl);
        client.setBearerToken(adminToken);
        AdminApi api = new AdminApi(client);
        AdminOrganisation organisation = api.readOrganisation("10020027");
        System.out.println(organisation.getName() + " " + organisation.getVersion());
        // end
        return "\"" + organisation.getVersion() + "\"";
    }

    private static void changeOrganisation(String etag) throws ApiException {
        // sample: changeOrganisation
        ApiClient client = new ApiClient().setBasePath(baseUrl);
        client.setBearerToken(adminToken);
        AdminApi api = new AdminApi(client);
        AdminOrganisationChange change = new AdminOrganisationChange().name("第二十七职业高中（东校区）");
        System.out.println(api.changeOrganisation("10020027", etag, change).getVersion());
        // end
    }

    private static void listMembers() throws ApiException {
        // sample: listMembers
        ApiClient client = new ApiClient().setBasePath(baseUrl);
        client.setBearerToken(adminToken);
        AdminApi api = new AdminApi(client);
        System.out.println(api.listMembers("10020027", 20, null).getItems().get(0).getUsername());
        // end
    }

    private static void deleteOrganisation() throws ApiException {
        // sample: deleteOrganisation
        ApiClient client = new ApiClient().setBasePath(baseUrl);
        client.setBearerToken(adminToken);
        AdminApi api = new AdminApi(client);
        api.deleteOrganisation("10020099", "*");
        // end
        System.out.println("deleteOrganisation");
    }

    private static void listRoles() throws ApiException {
        // sample: listRoles
        ApiClient client = new ApiClient().setBasePath(baseUrl);
        client.setBearerToken(adminToken);
        AdminApi api = new AdminApi(client);
        System.out.println(api.listRoles(20, null).getItems().size());
        // end
    }

    private static void addRole() throws ApiException {
        // sample: addRole
        ApiClient client = new ApiClient().setBasePath(baseUrl);
        client.setBearerToken(adminToken);
        AdminApi api = new AdminApi(client);
        AdminNewRole role = new AdminNewRole().code("js_000021").name("班主任").administers(false);
        System.out.println(api.addRole(role, null).getId());
        // end
    }

    private static String readRole() throws ApiException {
        // sample: readRole
        ApiClient client = new ApiClient().setBasePath(baseUrl);
        client.setBearerToken(adminToken);
        AdminApi api = new AdminApi(client);
        AdminRole role = api.readRole("js_000008");
        System.out.println(role.getName() + " " + role.getVersion());
        // end
        return "\"" + role.getVersion() + "\"";
    }

    private static void changeRole(String etag) throws ApiException {
        // sample: changeRole
        ApiClient client = new ApiClient().setBasePath(baseUrl);
        client.setBearerToken(adminToken);
        AdminApi api = new AdminApi(client);
        System.out.println(api.changeRole("js_000008", etag, new AdminRoleChange().name("教师")).getVersion());
        // end
    }

    private static void deleteRole() throws ApiException {
        // sample: deleteRole
        ApiClient client = new ApiClient().setBasePath(baseUrl);
        client.setBearerToken(adminToken);
        AdminApi api = new AdminApi(client);
        api.deleteRole("js_000099", "*");
        // end
        System.out.println("deleteRole");
    }

    private static void listApplications() throws ApiException {
        // sample: listApplications
        ApiClient client = new ApiClient().setBasePath(baseUrl);
        client.setBearerToken(adminToken);
        AdminApi api = new AdminApi(client);
        System.out.println(api.listApplications(20, null).getItems().size());
        // end
    }

    private static void addApplication() throws ApiException {
        // sample: addApplication
        ApiClient client = new ApiClient().setBasePath(baseUrl);
        client.setBearerToken(adminToken);
        AdminApi api = new AdminApi(client);
        AdminNewApplication application = new AdminNewApplication()
            .id("library")
            .name("图书馆")
            .rights(Set.of(AdminApplicationRight.AdminApplicationRightUsersRead))
            .organisations(Set.of("10020027"));
        System.out.println(api.addApplication(application, null).getOrganisations());
        // end
    }

    private static String readApplication() throws ApiException {
        // sample: readApplication
        ApiClient client = new ApiClient().setBasePath(baseUrl);
        client.setBearerToken(adminToken);
        AdminApi api = new AdminApi(client);
        AdminApplication application = api.readApplication("1");
        System.out.println(application.getName() + " " + application.getVersion());
        // end
        return "\"" + application.getVersion() + "\"";
    }

    private static void changeApplication(String etag) throws ApiException {
        // sample: changeApplication
        ApiClient client = new ApiClient().setBasePath(baseUrl);
        client.setBearerToken(adminToken);
        AdminApi api = new AdminApi(client);
        AdminApplicationChange change = new AdminApplicationChange().name("演示应用（新）");
        System.out.println(api.changeApplication("1", etag, change).getVersion());
        // end
    }

    private static void linkOrganisation() throws ApiException {
        // sample: linkOrganisation
        ApiClient client = new ApiClient().setBasePath(baseUrl);
        client.setBearerToken(adminToken);
        AdminApi api = new AdminApi(client);
        api.linkOrganisation("1", "10020031");
        // end
        System.out.println("linkOrganisation");
    }

    private static void unlinkOrganisation() throws ApiException {
        // sample: unlinkOrganisation
        ApiClient client = new ApiClient().setBasePath(baseUrl);
        client.setBearerToken(adminToken);
        AdminApi api = new AdminApi(client);
        api.unlinkOrganisation("1", "10020031");
        // end
        System.out.println("unlinkOrganisation");
    }

    private static void listApplicationSecrets() throws ApiException {
        // sample: listApplicationSecrets
        ApiClient client = new ApiClient().setBasePath(baseUrl);
        client.setBearerToken(adminToken);
        AdminApi api = new AdminApi(client);
        System.out.println(api.listApplicationSecrets("1").getItems().get(0).getId());
        // end
    }

    private static void addApplicationSecret() throws ApiException {
        // sample: addApplicationSecret
        ApiClient client = new ApiClient().setBasePath(baseUrl);
        client.setBearerToken(adminToken);
        AdminApi api = new AdminApi(client);
        System.out.println(api.addApplicationSecret("1", "rotation-2026-12").getSecret());
        // end
    }

    private static void revokeApplicationSecret() throws ApiException {
        // sample: revokeApplicationSecret
        ApiClient client = new ApiClient().setBasePath(baseUrl);
        client.setBearerToken(adminToken);
        AdminApi api = new AdminApi(client);
        api.revokeApplicationSecret("2", "2001");
        // end
        System.out.println("revokeApplicationSecret");
    }

    private static void deleteApplication() throws ApiException {
        // sample: deleteApplication
        ApiClient client = new ApiClient().setBasePath(baseUrl);
        client.setBearerToken(adminToken);
        AdminApi api = new AdminApi(client);
        api.deleteApplication("9", "*");
        // end
        System.out.println("deleteApplication");
    }

    private static String listSigningKeys() throws ApiException {
        // sample: listSigningKeys
        ApiClient client = new ApiClient().setBasePath(baseUrl);
        client.setBearerToken(adminToken);
        AdminApi api = new AdminApi(client);
        String kid = api.listSigningKeys().getItems().get(0).getKid();
        System.out.println(kid);
        // end
        return kid;
    }

    private static void rotateSigningKey() throws ApiException {
        // sample: rotateSigningKey
        ApiClient client = new ApiClient().setBasePath(baseUrl);
        client.setBearerToken(adminToken);
        AdminApi api = new AdminApi(client);
        System.out.println(api.rotateSigningKey(new AdminKeyRotation().overlap(60), null).getKid());
        // end
    }

    private static void retireSigningKey(String kid) throws ApiException {
        // sample: retireSigningKey
        ApiClient client = new ApiClient().setBasePath(baseUrl);
        client.setBearerToken(adminToken);
        AdminApi api = new AdminApi(client);
        api.retireSigningKey(kid, true);
        // end
        System.out.println("retireSigningKey");
    }

    private static void listAudit() throws ApiException {
        // sample: listAudit
        ApiClient client = new ApiClient().setBasePath(baseUrl);
        client.setBearerToken(adminToken);
        AdminApi api = new AdminApi(client);
        List<AdminAuditKind> kinds =
            List.of(AdminAuditKind.AdminKindOrganisationAdded, AdminAuditKind.AdminKindRoleAdded);
        System.out.println(api.listAudit(kinds, null, null, null, 20, null).getItems().get(0).getKind());
        // end
    }

    private static void readFigures() throws ApiException {
        // sample: readFigures
        ApiClient client = new ApiClient().setBasePath(baseUrl);
        client.setBearerToken(adminToken);
        AdminApi api = new AdminApi(client);
        System.out.println(api.readFigures(null, null, AdminFigureStep.AdminStepDay).getLiveSessions());
        // end
    }
}
