"""The operations of the admin API about people: administrators, users, sessions and lockouts."""

import os

import quartet_client
from quartet_client import ApiClient, Configuration

base_url = os.environ.get("BASE_URL", "http://127.0.0.1:8080")
admin_token = "AT-1-ZGVtby1hZG1pbmlzdHJhdG9yLXRva2Vu"
admin_password = "quartet-admin"
setup_url = os.environ.get("SETUP_URL", "")  # of a server without users
setup_token = os.environ.get("SETUP_TOKEN", "")
new_password = "violet-evening"


def set_up_administrator() -> None:
    base_url = setup_url
    # sample: setUpAdministrator
    api = quartet_client.AdminApi(ApiClient(Configuration(host=base_url)))
    setup = quartet_client.AdminSetup(token=setup_token, username="gu.qinghe", password=new_password)
    print(api.set_up_administrator(setup).token)
    # end


def sign_in_administrator() -> None:
    # sample: signInAdministrator
    api = quartet_client.AdminApi(ApiClient(Configuration(host=base_url)))
    sign_in = quartet_client.AdminSignIn(account="admin", password=admin_password)
    print(api.sign_in_administrator(sign_in).token)
    # end


def read_administrator() -> None:
    # sample: readAdministrator
    configuration = Configuration(host=base_url, access_token=admin_token)
    api = quartet_client.AdminApi(ApiClient(configuration))
    print(api.read_administrator().rights)
    # end


def list_users() -> None:
    # sample: listUsers
    configuration = Configuration(host=base_url, access_token=admin_token)
    api = quartet_client.AdminApi(ApiClient(configuration))
    print([user.username for user in api.list_users(organisation="10020027", limit=20).items])
    # end


def add_user() -> None:
    # sample: addUser
    configuration = Configuration(host=base_url, access_token=admin_token)
    api = quartet_client.AdminApi(ApiClient(configuration))
    user = quartet_client.AdminUserCreation(
        username="gu.qinghe", nickname="清和", mobile="13900139000", mobile_verified=True
    )
    print(api.add_user(user, idempotency_key="enrolment-2026-117").id)
    # end


def read_user() -> str:
    # sample: readUser
    configuration = Configuration(host=base_url, access_token=admin_token)
    api = quartet_client.AdminApi(ApiClient(configuration))
    user = api.read_user("3")
    print(user.nickname, user.version)
    # end
    return f'"{user.version}"'


def change_user(etag: str) -> None:
    # sample: changeUser
    configuration = Configuration(host=base_url, access_token=admin_token)
    api = quartet_client.AdminApi(ApiClient(configuration))
    change = quartet_client.AdminUserChange(remark="已核对姓名", company="云栖书店")
    print(api.change_user("3", etag, change).version)
    # end


def set_user_role() -> None:
    # sample: setUserRole
    configuration = Configuration(host=base_url, access_token=admin_token)
    api = quartet_client.AdminApi(ApiClient(configuration))
    role = quartet_client.AdminUserRole.AdminUserRoleAdministrator
    print(api.set_user_role("3", "*", quartet_client.AdminUserRoleChange(role=role)).role.value)
    # end


def set_user_password() -> None:
    # sample: setUserPassword
    configuration = Configuration(host=base_url, access_token=admin_token)
    api = quartet_client.AdminApi(ApiClient(configuration))
    print(api.set_user_password("3", quartet_client.AdminPasswordChange()).password)
    # end


def list_memberships_of_user() -> None:
    # sample: listMembershipsOfUser
    configuration = Configuration(host=base_url, access_token=admin_token)
    api = quartet_client.AdminApi(ApiClient(configuration))
    memberships = api.list_memberships_of_user("3").items
    print([membership.organisation.name for membership in memberships])
    # end


def set_membership() -> None:
    # sample: setMembership
    configuration = Configuration(host=base_url, access_token=admin_token)
    api = quartet_client.AdminApi(ApiClient(configuration))
    roles = quartet_client.AdminMembershipRoles(roles=["js_000008"])
    print([role.name for role in api.set_membership("3", "10020027", roles).roles])
    # end


def remove_membership() -> None:
    # sample: removeMembership
    configuration = Configuration(host=base_url, access_token=admin_token)
    api = quartet_client.AdminApi(ApiClient(configuration))
    api.remove_membership("5", "10020027")
    # end
    print("removeMembership")


def preview_answer() -> None:
    # sample: previewAnswer
    configuration = Configuration(host=base_url, access_token=admin_token)
    api = quartet_client.AdminApi(ApiClient(configuration))
    request = quartet_client.AdminAnswerRequest(dialect=quartet_client.AdminDialect.AdminDialectJfinal)
    print(api.preview_answer("3", request).body)
    # end


def export_user() -> None:
    # sample: exportUser
    configuration = Configuration(host=base_url, access_token=admin_token)
    api = quartet_client.AdminApi(ApiClient(configuration))
    print(api.export_user("3").user.guid)
    # end


def find_sessions() -> None:
    # sample: findSessions
    configuration = Configuration(host=base_url, access_token=admin_token)
    api = quartet_client.AdminApi(ApiClient(configuration))
    print([session.id for session in api.find_sessions(user="3").items])
    # end


def end_any_session() -> None:
    # sample: endAnySession
    configuration = Configuration(host=base_url, access_token=admin_token)
    api = quartet_client.AdminApi(ApiClient(configuration))
    api.end_any_session("1006")
    # end
    print("endAnySession")


def end_sessions_of_user() -> None:
    # sample: endSessionsOfUser
    configuration = Configuration(host=base_url, access_token=admin_token)
    api = quartet_client.AdminApi(ApiClient(configuration))
    api.end_sessions_of_user("3")
    # end
    print("endSessionsOfUser")


def list_lockouts() -> None:
    # sample: listLockouts
    configuration = Configuration(host=base_url, access_token=admin_token)
    api = quartet_client.AdminApi(ApiClient(configuration))
    print(len(api.list_lockouts().items), "locked")
    # end


def unlock_user() -> None:
    # sample: unlockUser
    configuration = Configuration(host=base_url, access_token=admin_token)
    api = quartet_client.AdminApi(ApiClient(configuration))
    api.unlock_user("3")
    # end
    print("unlockUser")


def unlock_client_ip() -> None:
    # sample: unlockClientIp
    configuration = Configuration(host=base_url, access_token=admin_token)
    api = quartet_client.AdminApi(ApiClient(configuration))
    api.unlock_client_ip("203.0.113.7")
    # end
    print("unlockClientIp")


def merge_user() -> None:
    # sample: mergeUser
    configuration = Configuration(host=base_url, access_token=admin_token)
    api = quartet_client.AdminApi(ApiClient(configuration))
    print(api.merge_user("6", quartet_client.AdminMerge(into="3")).version)
    # end


def erase_user() -> None:
    # sample: eraseUser
    configuration = Configuration(host=base_url, access_token=admin_token)
    api = quartet_client.AdminApi(ApiClient(configuration))
    api.erase_user("3", "*")
    # end
    print("eraseUser")


def sign_out_administrator() -> None:
    # sample: signOutAdministrator
    configuration = Configuration(host=base_url, access_token=admin_token)
    api = quartet_client.AdminApi(ApiClient(configuration))
    api.sign_out_administrator()
    # end
    print("signOutAdministrator")


def run() -> None:
    set_up_administrator()
    sign_in_administrator()
    read_administrator()
    list_users()
    add_user()
    find_sessions()
    end_any_session()
    etag = read_user()
    change_user(etag)
    set_user_role()
    set_user_password()
    list_memberships_of_user()
    set_membership()
    remove_membership()
    preview_answer()
    export_user()
    end_sessions_of_user()
    list_lockouts()
    unlock_user()
    unlock_client_ip()
    merge_user()
    erase_user()
    sign_out_administrator()
