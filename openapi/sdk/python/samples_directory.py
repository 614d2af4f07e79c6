"""The operations of the admin API about organisations, roles, applications, keys, the audit and figures."""

import os

import quartet_client
from quartet_client import ApiClient, Configuration

base_url = os.environ.get("BASE_URL", "http://127.0.0.1:8080")
admin_token = "AT-1-ZGVtby1hZG1pbmlzdHJhdG9yLXRva2Vu"


def list_organisations() -> None:
    # sample: listOrganisations
    configuration = Configuration(host=base_url, access_token=admin_token)
    api = quartet_client.AdminApi(ApiClient(configuration))
    print([organisation.code for organisation in api.list_organisations().items])
    # end


def add_organisation() -> None:
    # sample: addOrganisation
    configuration = Configuration(host=base_url, access_token=admin_token)
    api = quartet_client.AdminApi(ApiClient(configuration))
    organisation = quartet_client.AdminNewOrganisation(code="10020028", name="第二十八职业高中")
    print(api.add_organisation(organisation).id)
    # end


def read_organisation() -> str:
    # sample: readOrganisation
    configuration = Configuration(host=base_url, access_token=admin_token)
    api = quartet_client.AdminApi(ApiClient(configuration))
    organisation = api.read_organisation("10020027")
    print(organisation.name, organisation.version)
    # end
    return f'"{organisation.version}"'


def change_organisation(etag: str) -> None:
    # sample: changeOrganisation
    configuration = Configuration(host=base_url, access_token=admin_token)
    api = quartet_client.AdminApi(ApiClient(configuration))
    change = quartet_client.AdminOrganisationChange(name="第二十七职业高中（东校区）")
    print(api.change_organisation("10020027", etag, change).version)
    # end


def list_members() -> None:
    # sample: listMembers
    configuration = Configuration(host=base_url, access_token=admin_token)
    api = quartet_client.AdminApi(ApiClient(configuration))
    print([member.username for member in api.list_members("10020027", limit=20).items])
    # end


def delete_organisation() -> None:
    # sample: deleteOrganisation
    configuration = Configuration(host=base_url, access_token=admin_token)
    api = quartet_client.AdminApi(ApiClient(configuration))
    api.delete_organisation("10020099", "*")
    # end
    print("deleteOrganisation")


def list_roles() -> None:
    # sample: listRoles
    configuration = Configuration(host=base_url, access_token=admin_token)
    api = quartet_client.AdminApi(ApiClient(configuration))
    print([role.code for role in api.list_roles().items])
    # end


def add_role() -> None:
    # sample: addRole
    configuration = Configuration(host=base_url, access_token=admin_token)
    api = quartet_client.AdminApi(ApiClient(configuration))
    role = quartet_client.AdminNewRole(code="js_000021", name="班主任", administers=False)
    print(api.add_role(role).id)
    # end


def read_role() -> str:
    # sample: readRole
    configuration = Configuration(host=base_url, access_token=admin_token)
    api = quartet_client.AdminApi(ApiClient(configuration))
    role = api.read_role("js_000008")
    print(role.name, role.version)
    # end
    return f'"{role.version}"'


def change_role(etag: str) -> None:
    # sample: changeRole
    configuration = Configuration(host=base_url, access_token=admin_token)
    api = quartet_client.AdminApi(ApiClient(configuration))
    print(api.change_role("js_000008", etag, quartet_client.AdminRoleChange(name="教师")).version)
    # end


def delete_role() -> None:
    # sample: deleteRole
    configuration = Configuration(host=base_url, access_token=admin_token)
    api = quartet_client.AdminApi(ApiClient(configuration))
    api.delete_role("js_000099", "*")
    # end
    print("deleteRole")


def list_applications() -> None:
    # sample: listApplications
    configuration = Configuration(host=base_url, access_token=admin_token)
    api = quartet_client.AdminApi(ApiClient(configuration))
    print([application.name for application in api.list_applications().items])
    # end


def add_application() -> None:
    # sample: addApplication
    configuration = Configuration(host=base_url, access_token=admin_token)
    api = quartet_client.AdminApi(ApiClient(configuration))
    application = quartet_client.AdminNewApplication(
        id="library",
        name="图书馆",
        rights=[quartet_client.AdminApplicationRight.AdminApplicationRightUsersRead],
        organisations=["10020027"],
    )
    print(api.add_application(application).organisations)
    # end


def read_application() -> str:
    # sample: readApplication
    configuration = Configuration(host=base_url, access_token=admin_token)
    api = quartet_client.AdminApi(ApiClient(configuration))
    application = api.read_application("1")
    print(application.name, application.version)
    # end
    return f'"{application.version}"'


def change_application(etag: str) -> None:
    # sample: changeApplication
    configuration = Configuration(host=base_url, access_token=admin_token)
    api = quartet_client.AdminApi(ApiClient(configuration))
    change = quartet_client.AdminApplicationChange(name="演示应用（新）")
    print(api.change_application("1", etag, change).version)
    # end


def link_organisation() -> None:
    # sample: linkOrganisation
    configuration = Configuration(host=base_url, access_token=admin_token)
    api = quartet_client.AdminApi(ApiClient(configuration))
    api.link_organisation("1", "10020031")
    # end
    print("linkOrganisation")


def unlink_organisation() -> None:
    # sample: unlinkOrganisation
    configuration = Configuration(host=base_url, access_token=admin_token)
    api = quartet_client.AdminApi(ApiClient(configuration))
    api.unlink_organisation("1", "10020031")
    # end
    print("unlinkOrganisation")


def list_application_secrets() -> None:
    # sample: listApplicationSecrets
    configuration = Configuration(host=base_url, access_token=admin_token)
    api = quartet_client.AdminApi(ApiClient(configuration))
    print([secret.id for secret in api.list_application_secrets("1").items])
    # end


def add_application_secret() -> None:
    # sample: addApplicationSecret
    configuration = Configuration(host=base_url, access_token=admin_token)
    api = quartet_client.AdminApi(ApiClient(configuration))
    print(api.add_application_secret("1", idempotency_key="rotation-2026-12").secret)
    # end


def revoke_application_secret() -> None:
    # sample: revokeApplicationSecret
    configuration = Configuration(host=base_url, access_token=admin_token)
    api = quartet_client.AdminApi(ApiClient(configuration))
    api.revoke_application_secret("2", "2001")
    # end
    print("revokeApplicationSecret")


def delete_application() -> None:
    # sample: deleteApplication
    configuration = Configuration(host=base_url, access_token=admin_token)
    api = quartet_client.AdminApi(ApiClient(configuration))
    api.delete_application("9", "*")
    # end
    print("deleteApplication")


def list_signing_keys() -> str:
    # sample: listSigningKeys
    configuration = Configuration(host=base_url, access_token=admin_token)
    api = quartet_client.AdminApi(ApiClient(configuration))
    keys = api.list_signing_keys().items
    print([key.kid for key in keys])
    # end
    return keys[0].kid


def rotate_signing_key() -> None:
    # sample: rotateSigningKey
    configuration = Configuration(host=base_url, access_token=admin_token)
    api = quartet_client.AdminApi(ApiClient(configuration))
    print(api.rotate_signing_key(quartet_client.AdminKeyRotation(overlap=60)).kid)
    # end


def retire_signing_key(kid: str) -> None:
    # sample: retireSigningKey
    configuration = Configuration(host=base_url, access_token=admin_token)
    api = quartet_client.AdminApi(ApiClient(configuration))
    api.retire_signing_key(kid, force=True)
    # end
    print("retireSigningKey")


def list_audit() -> None:
    # sample: listAudit
    configuration = Configuration(host=base_url, access_token=admin_token)
    api = quartet_client.AdminApi(ApiClient(configuration))
    kinds = [quartet_client.AdminAuditKind.AdminKindOrganisationAdded, quartet_client.AdminAuditKind.AdminKindRoleAdded]
    print([event.kind for event in api.list_audit(kind=kinds, limit=20).items])
    # end


def read_figures() -> None:
    # sample: readFigures
    configuration = Configuration(host=base_url, access_token=admin_token)
    api = quartet_client.AdminApi(ApiClient(configuration))
    print(api.read_figures(step=quartet_client.AdminFigureStep.AdminStepDay).live_sessions)
    # end


def run() -> None:
    list_organisations()
    add_organisation()
    etag = read_organisation()
    change_organisation(etag)
    list_members()
    delete_organisation()
    list_roles()
    add_role()
    etag = read_role()
    change_role(etag)
    delete_role()
    list_applications()
    add_application()
    etag = read_application()
    change_application(etag)
    link_organisation()
    unlink_organisation()
    list_application_secrets()
    add_application_secret()
    revoke_application_secret()
    delete_application()
    kid = list_signing_keys()
    rotate_signing_key()
    retire_signing_key(kid)
    list_audit()
    read_figures()
