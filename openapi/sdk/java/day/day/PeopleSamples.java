package day;

import java.util.Optional;
import java.util.Set;

import quartet.client.ApiClient;
import quartet.client.ApiException;
import quartet.client.api.AdminApi;
import quartet.client.model.AdminAnswerRequest;
import quartet.client.model.AdminDialect;
import quartet.client.model.AdminMembershipRoles;
import quartet.client.model.AdminMerge;
import quartet.client.model.AdminPasswordChange;
import quartet.client.model.AdminSetup;
import quartet.client.model.AdminSignIn;
import quartet.client.model.AdminUser;
import quartet.client.model.AdminUserChange;
import quartet.client.model.AdminUserCreation;
import quartet.client.model.AdminUserRole;
import quartet.client.model.AdminUserRoleChange;

/** The operations of the admin API about people: administrators, users, sessions and lockouts. */
final class PeopleSamples {
    private static final String baseUrl = Optional.ofNullable(System.getenv("BASE_URL")).orElse("http://127.0.0.1:8080");
    private static final String adminToken = "AT-1-ZGVtby1hZG1pbmlzdHJhdG9yLXRva2Vu";
    private static final String adminPassword = "quartet-admin";
    private static final String setupUrl = System.getenv("SETUP_URL"); // of a server without users
    private static final String setupToken = System.getenv("SETUP_TOKEN");
    private static final String newPassword = "violet-evening";

    private PeopleSamples() {
    }

    static void run() throws ApiException {
        setUpAdministrator();
        signInAdministrator();
        readAdministrator();
        listUsers();
        addUser();
        findSessions();
        endAnySession();
        String etag = readUser();
        changeUser(etag);
        setUserRole();
        setUserPassword();
        listMembershipsOfUser();
        setMembership();
        removeMembership();
        previewAnswer();
        exportUser();
        endSessionsOfUser();
        listLockouts();
        unlockUser();
        unlockClientIp();
        mergeUser();
        eraseUser();
        signOutAdministrator();
    }

    private static void setUpAdministrator() throws ApiException {
        String baseUrl = setupUrl;
        // sample: setUpAdministrator
        AdminApi api = new AdminApi(new ApiClient().setBasePath(baseUrl));
        AdminSetup setup = new AdminSetup().token(setupToken).username("gu.qinghe").password(newPassword);
        System.out.println(api.setUpAdministrator(setup).getToken());
        // end
    }

    private static void signInAdministrator() throws ApiException {
        // sample: signInAdministrator
        AdminApi api = new AdminApi(new ApiClient().setBasePath(baseUrl));
        AdminSignIn signIn = new AdminSignIn().account("admin").password(adminPassword);
        System.out.println(api.signInAdministrator(signIn).getToken());
        // end
    }

    private static void readAdministrator() throws ApiException {
        // sample: readAdministrator
        ApiClient client = new ApiClient().setBasePath(baseUrl);
        client.setBearerToken(adminToken);
        AdminApi api = new AdminApi(client);
        System.out.println(api.readAdministrator().getRights());
        // end
    }

    private static void listUsers() throws ApiException {
        // sample: listUsers
        ApiClient client = new ApiClient().setBasePath(baseUrl);
        client.setBearerToken(adminToken);
        AdminApi api = new AdminApi(client);
        System.out.println(api.listUsers(null, null, null, "10020027", 20, null).getItems().get(0).getUsername());
        // end
    }

    private static void addUser() throws ApiException {
        // sample: addUser
        ApiClient client = new ApiClient().setBasePath(baseUrl);
        client.setBearerToken(adminToken);
        AdminApi api = new AdminApi(client);
        AdminUserCreation user = new AdminUserCreation()
            .username("gu.qinghe")
            .nickname("清和")
            .mobile("13900139000")
            .mobileVerified(true);
        System.out.println(api.addUser(user, "enrolment-2026-117").getId());
        // end
    }

    private static String readUser() throws ApiException {
        // sample: readUser
        ApiClient client = new ApiClient().setBasePath(baseUrl);
        client.setBearerToken(adminToken);
        AdminApi api = new AdminApi(client);
        AdminUser user = api.readUser("3");
        System.out.println(user.getNickname() + " " + user.getVersion());
        // end
        return "\"" + user.getVersion() + "\"";
    }

    private static void changeUser(String etag) throws ApiException {
        // sample: changeUser
        ApiClient client = new ApiClient().setBasePath(baseUrl);
        client.setBearerToken(adminToken);
        AdminApi api = new AdminApi(client);
        AdminUserChange change = new AdminUserChange().remark("已核对姓名").company("云栖书店");
        System.out.println(api.changeUser("3", etag, change).getVersion());
        // end
    }

    private static void setUserRole() throws ApiException {
        // sample: setUserRole
        ApiClient client = new ApiClient().setBasePath(baseUrl);
        client.setBearerToken(adminToken);
        AdminApi api = new AdminApi(client);
        AdminUserRoleChange change = new AdminUserRoleChange().role(AdminUserRole.AdminUserRoleAdministrator);
        System.out.println(api.setUserRole("3", "*", change).getRole());
        // end
    }

    private static void setUserPassword() throws ApiException {
        // sample: setUserPassword
        ApiClient client = new ApiClient().setBasePath(baseUrl);
        client.setBearerToken(adminToken);
        AdminApi api = new AdminApi(client);
        System.out.println(api.setUserPassword("3", new AdminPasswordChange()).getPassword());
        // end
    }

    private static void listMembershipsOfUser() throws ApiException {
        // sample: listMembershipsOfUser
        ApiClient client = new ApiClient().setBasePath(baseUrl);
        client.setBearerToken(adminToken);
        AdminApi api = new AdminApi(client);
        System.out.println(api.listMembershipsOfUser("3").getItems().get(0).getOrganisation().getName());
        // end
    }

    private static void setMembership() throws ApiException {
        // sample: setMembership
        ApiClient client = new ApiClient().setBasePath(baseUrl);
        client.setBearerToken(adminToken);
        AdminApi api = new AdminApi(client);
        AdminMembershipRoles roles = new AdminMembershipRoles().roles(Set.of("js_000008"));
        System.out.println(api.setMembership("3", "10020027", roles).getRoles().get(0).getName());
        // end
    }

    private static void removeMembership() throws ApiException {
        // sample: removeMembership
        ApiClient client = new ApiClient().setBasePath(baseUrl);
        client.setBearerToken(adminToken);
        AdminApi api = new AdminApi(client);
        api.removeMembership("5", "10020027");
        // end
        System.out.println("removeMembership");
    }

    private static void previewAnswer() throws ApiException {
        // sample: previewAnswer
        ApiClient client = new ApiClient().setBasePath(baseUrl);
        client.setBearerToken(adminToken);
        AdminApi api = new AdminApi(client);
        AdminAnswerRequest request = new AdminAnswerRequest().dialect(AdminDialect.AdminDialectJfinal);
        System.out.println(api.previewAnswer("3", request).getBody());
        // end
    }

    private static void exportUser() throws ApiException {
        // sample: exportUser
        ApiClient client = new ApiClient().setBasePath(baseUrl);
        client.setBearerToken(adminToken);
        AdminApi api = new AdminApi(client);
        System.out.println(api.exportUser("3").getUser().getGuid());
        // end
    }

    private static void findSessions() throws ApiException {
        // sample: findSessions
        ApiClient client = new ApiClient().setBasePath(baseUrl);
        client.setBearerToken(adminToken);
        AdminApi api = new AdminApi(client);
        System.out.println(api.findSessions("3", null, 20, null).getItems().get(0).getId());
        // end
    }

    private static void endAnySession() throws ApiException {
        // sample: endAnySession
        ApiClient client = new ApiClient().setBasePath(baseUrl);
        client.setBearerToken(adminToken);
        AdminApi api = new AdminApi(client);
        api.endAnySession("1006");
        // end
        System.out.println("endAnySession");
    }

    private static void endSessionsOfUser() throws ApiException {
        // sample: endSessionsOfUser
        ApiClient client = new ApiClient().setBasePath(baseUrl);
        client.setBearerToken(adminToken);
        AdminApi api = new AdminApi(client);
        api.endSessionsOfUser("3");
        // end
        System.out.println("endSessionsOfUser");
    }

    private static void listLockouts() throws ApiException {
        // sample: listLockouts
        ApiClient client = new ApiClient().setBasePath(baseUrl);
        client.setBearerToken(adminToken);
        AdminApi api = new AdminApi(client);
        System.out.println(api.listLockouts(20, null).getItems().size() + " locked");
        // end
    }

    private static void unlockUser() throws ApiException {
        // sample: unlockUser
        ApiClient client = new ApiClient().setBasePath(baseUrl);
        client.setBearerToken(adminToken);
        AdminApi api = new AdminApi(client);
        api.unlockUser("3");
        // end
        System.out.println("unlockUser");
    }

    private static void unlockClientIp() throws ApiException {
        // sample: unlockClientIp
        ApiClient client = new ApiClient().setBasePath(baseUrl);
        client.setBearerToken(adminToken);
        AdminApi api = new AdminApi(client);
        api.unlockClientIp("203.0.113.7");
        // end
        System.out.println("unlockClientIp");
    }

    private static void mergeUser() throws ApiException {
        // sample: mergeUser
        ApiClient client = new ApiClient().setBasePath(baseUrl);
        client.setBearerToken(adminToken);
        AdminApi api = new AdminApi(client);
        System.out.println(api.mergeUser("6", new AdminMerge().into("3")).getVersion());
        // end
    }

    private static void eraseUser() throws ApiException {
        // sample: eraseUser
        ApiClient client = new ApiClient().setBasePath(baseUrl);
        client.setBearerToken(adminToken);
        AdminApi api = new AdminApi(client);
        api.eraseUser("3", "*");
        // end
        System.out.println("eraseUser");
    }

    private static void signOutAdministrator() throws ApiException {
        // sample: signOutAdministrator
        ApiClient client = new ApiClient().setBasePath(baseUrl);
        client.setBearerToken(adminToken);
        AdminApi api = new AdminApi(client);
        api.signOutAdministrator();
        // end
        System.out.println("signOutAdministrator");
    }
}
