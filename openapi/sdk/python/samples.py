"""Every operation once, with the client of openapi-generator.

The parts between "sample" and "end" are the samples of the contract."""

import os

import quartet_client
from quartet_client import ApiClient, Configuration

import samples_directory
import samples_people
import samples_webhooks

base_url = os.environ.get("BASE_URL", "http://127.0.0.1:8080")
access_token = "AT-4-Q8z-8PhSfm4RYp10WUcpuWSXbjpUIRtW"
old_access_token = "AT-1-ZGVtby1yZWZyZXNoLWFjY2Vzcy0x_A01"
refresh_token = "RT-ZGVtby1yZWZyZXNoLXRva2VuLW9mLXF1YXJ0ZXQtMDE"
app_id = "1"
app_secret = "qas_ZGVtb25zdHJhdGlvbi1zZWNyZXQtb2YtYXBwLTEtMDE"
code = "246135"
we_chat_code = "0a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P"
phone_code = "13900000009a1B2c3D4e5F6g7H8i9J0k"
link_code = "1b2C3d4E5f6G7h8I9j0K1l2M3n4O5p6Q"
old_token = "old-4d1c7be09a2f4e6c8b53"
other_access_token = "AT-1-ZGVtby1vdGhlci1hY2NvdW50LXRva2Vu"
password = "quartet-demo"
new_password = "violet-evening"


def reset_demo() -> None:
    # sample: resetDemo
    api = quartet_client.SystemApi(ApiClient(Configuration(host=base_url)))
    print(api.reset_demo().status)
    # end


def refresh_user() -> None:
    # sample: refreshUser
    configuration = Configuration(host=base_url, api_key={"accessTokenHeader": access_token})
    api = quartet_client.JeecgApi(ApiClient(configuration))
    request = quartet_client.RefreshUserRequest(front_type=quartet_client.FrontType.FrontMiniProgram)
    print(api.refresh_user(request).result.nickname)
    # end


def send_mobile_code() -> None:
    # sample: sendMobileCode
    api = quartet_client.YudaoApi(ApiClient(Configuration(host=base_url)))
    request = quartet_client.MobileCodeRequest(mobile="13900000001")
    print(api.send_mobile_code(request).data.resend_after)
    # end


def sign_in_by_mobile() -> None:
    # sample: signInByMobile
    api = quartet_client.YudaoApi(ApiClient(Configuration(host=base_url)))
    request = quartet_client.MobileLoginRequest(mobile="13800138000", validate_no=code, source="web")
    print(api.sign_in_by_mobile(request).data.access_token.value)
    # end


def verify_mobile() -> None:
    # sample: verifyMobile
    configuration = Configuration(host=base_url, access_token=access_token)
    api = quartet_client.YudaoApi(ApiClient(configuration))
    request = quartet_client.VerifyMobileRequest(mobile="13800138000", validate_no=code)
    print(api.verify_mobile(request).data)
    # end


def refresh_access_token() -> None:
    # sample: refreshAccessToken
    api = quartet_client.YudaoApi(ApiClient(Configuration(host=base_url)))
    request = quartet_client.RefreshAccessTokenRequest(access_token=old_access_token, refresh_token=refresh_token)
    print(api.refresh_access_token(request).data.value)
    # end


def check_login_status() -> None:
    # sample: checkLoginStatus
    configuration = Configuration(host=base_url, access_token=access_token)
    api = quartet_client.YudaoApi(ApiClient(configuration))
    print(api.check_login_status("pc-7f3a").data.is_login)
    # end


def check_login_status_by_path() -> None:
    # sample: checkLoginStatusByPath
    configuration = Configuration(host=base_url, access_token=access_token)
    api = quartet_client.YudaoApi(ApiClient(configuration))
    print(api.check_login_status_by_path("pc-7f3a").data.is_login)
    # end


def list_sessions() -> None:
    # sample: listSessions
    configuration = Configuration(host=base_url, access_token=access_token)
    api = quartet_client.YudaoApi(ApiClient(configuration))
    print([session.id for session in api.list_sessions().data])
    # end


def end_session() -> None:
    # sample: endSession
    configuration = Configuration(host=base_url, access_token=access_token)
    api = quartet_client.YudaoApi(ApiClient(configuration))
    print(api.end_session(1003).data)
    # end


def get_user_info() -> None:
    # sample: getUserInfo
    credentials = {"applicationId": app_id, "accessTokenQuery": access_token}
    api = quartet_client.CasApi(ApiClient(Configuration(host=base_url, api_key=credentials)))
    print(api.get_user_info(user_id="1").data.account)
    # end


def get_we_chat_user_info() -> None:
    # sample: getWeChatUserInfo
    api = quartet_client.RuoyiApi(ApiClient(Configuration(host=base_url)))
    request = quartet_client.WeChatUserRequest(code=we_chat_code)
    answer = api.get_we_chat_user_info_with_http_info(request)
    print((answer.headers or {})["X-Access-Token"])
    # end


def sign_in_by_we_chat() -> None:
    # sample: signInByWeChat
    api = quartet_client.YudaoApi(ApiClient(Configuration(host=base_url)))
    request = quartet_client.WeChatLoginRequest(code=we_chat_code, source="mini-program")
    print(api.sign_in_by_we_chat(request).data.access_token.value)
    # end


def sign_in_by_we_chat_mobile() -> None:
    # sample: signInByWeChatMobile
    api = quartet_client.YudaoApi(ApiClient(Configuration(host=base_url)))
    request = quartet_client.WeChatMobileLoginRequest(phone_code=phone_code, source="mini-program")
    print(api.sign_in_by_we_chat_mobile(request).data.user_info.mobile)
    # end


def link_we_chat() -> None:
    # sample: linkWeChat
    configuration = Configuration(host=base_url, access_token=access_token)
    api = quartet_client.YudaoApi(ApiClient(configuration))
    print(api.link_we_chat(quartet_client.WeChatLinkRequest(code=link_code)).data)
    # end


def exchange_token() -> None:
    # sample: exchangeToken
    api = quartet_client.YudaoApi(ApiClient(Configuration(host=base_url)))
    request = quartet_client.TokenExchangeRequest(token=old_token, source="app")
    print(api.exchange_token(request).data.access_token.value)
    # end


def merge_users() -> None:
    # sample: mergeUsers
    configuration = Configuration(host=base_url, access_token=access_token)
    api = quartet_client.YudaoApi(ApiClient(configuration))
    request = quartet_client.MergeUsersRequest(access_token=other_access_token)
    print(api.merge_users(request).data.id)
    # end


def create_user() -> None:
    # sample: createUser
    api = quartet_client.JfinalApi(ApiClient(Configuration(host=base_url)))
    user = quartet_client.UserCreation(username="su.qing", password=new_password, nickname="苏青")
    print(api.create_user(user).user_id)
    # end


def sign_in_by_password() -> str:
    # sample: signInByPassword
    api = quartet_client.JfinalApi(ApiClient(Configuration(host=base_url)))
    answer = api.sign_in_by_password(quartet_client.LoginForm(login_account="demo", password=password))
    print(answer.jwt)
    # end
    return answer.jwt


def get_user_detail(jwt: str) -> None:
    # sample: getUserDetail
    configuration = Configuration(host=base_url, api_key={"jwtHeader": jwt})
    api = quartet_client.JfinalApi(ApiClient(configuration))
    print(api.get_user_detail(id=1).user.nickname)
    # end


def post_user_detail(jwt: str) -> None:
    # sample: postUserDetail
    configuration = Configuration(host=base_url, api_key={"jwtHeader": jwt})
    api = quartet_client.JfinalApi(ApiClient(configuration))
    print(api.post_user_detail(quartet_client.UserDetailForm(id=1)).user.nickname)
    # end


def update_user(jwt: str) -> None:
    # sample: updateUser
    configuration = Configuration(host=base_url, api_key={"jwtHeader": jwt})
    api = quartet_client.JfinalApi(ApiClient(configuration))
    change = quartet_client.UserChange(id=1, nickname="晚秋", occupation="教师")
    print(api.update_user(change).state)
    # end


def introspect_token() -> None:
    # sample: introspectToken
    configuration = Configuration(host=base_url, username=app_id, password=app_secret)
    api = quartet_client.Oauth2Api(ApiClient(configuration))
    print(api.introspect_token(token=access_token).active)
    # end


def get_health() -> None:
    # sample: getHealth
    api = quartet_client.SystemApi(ApiClient(Configuration(host=base_url)))
    print(api.get_health().status)
    # end


def get_readiness() -> None:
    # sample: getReadiness
    api = quartet_client.SystemApi(ApiClient(Configuration(host=base_url)))
    print(api.get_readiness().status)
    # end


def get_metrics() -> None:
    # sample: getMetrics
    api = quartet_client.SystemApi(ApiClient(Configuration(host=base_url)))
    print(len(api.get_metrics()))
    # end


def get_spec_as_yaml() -> None:
    # sample: getSpecAsYaml
    api = quartet_client.SystemApi(ApiClient(Configuration(host=base_url)))
    print(len(api.get_spec_as_yaml(tag=[quartet_client.Tag.TagJfinal])))
    # end


def get_spec_as_json() -> None:
    # sample: getSpecAsJson
    api = quartet_client.SystemApi(ApiClient(Configuration(host=base_url)))
    print(api.get_spec_as_json(tag=[quartet_client.Tag.TagJfinal])["openapi"])
    # end


def get_json_web_keys() -> None:
    # sample: getJsonWebKeys
    api = quartet_client.SystemApi(ApiClient(Configuration(host=base_url)))
    print([key.kid for key in api.get_json_web_keys().keys])
    # end


def get_demo_outbox() -> None:
    # sample: getDemoOutbox
    api = quartet_client.SystemApi(ApiClient(Configuration(host=base_url)))
    print([message.code for message in api.get_demo_outbox()])
    # end


def sign_out() -> None:
    # sample: signOut
    configuration = Configuration(host=base_url, access_token=access_token)
    print(quartet_client.YudaoApi(ApiClient(configuration)).sign_out().data)
    # end


def update_password(jwt: str) -> None:
    # sample: updatePassword
    configuration = Configuration(host=base_url, api_key={"jwtHeader": jwt})
    api = quartet_client.JfinalApi(ApiClient(configuration))
    form = quartet_client.UpdatePasswordForm(user_id=1, new_password=new_password, old_passowrd=password)
    print(api.update_password(form).state)
    # end


def list_sign_ins(jwt: str) -> None:
    # sample: listSignIns
    api = quartet_client.YudaoApi(ApiClient(Configuration(host=base_url, access_token=jwt)))
    print([event.kind for event in api.list_sign_ins(limit=5).data.list])
    # end


def copy_my_data(jwt: str) -> None:
    # sample: copyMyData
    api = quartet_client.YudaoApi(ApiClient(Configuration(host=base_url, access_token=jwt)))
    print(api.copy_my_data().data.user.nickname)
    # end


def close_account(jwt: str) -> None:
    # sample: closeAccount
    api = quartet_client.YudaoApi(ApiClient(Configuration(host=base_url, access_token=jwt)))
    print(api.close_account(quartet_client.Proof(password=new_password)).data.erase_time)
    # end


def reset_forgotten_password() -> None:
    # sample: resetForgottenPassword
    api = quartet_client.YudaoApi(ApiClient(Configuration(host=base_url)))
    request = quartet_client.PasswordResetRequest(mobile="13800138000", validate_no=code, new_password=new_password)
    print(api.reset_forgotten_password(request).data)
    # end


def main() -> None:
    samples_directory.run()
    samples_webhooks.run()
    samples_people.run()
    refresh_user()
    send_mobile_code()
    sign_in_by_mobile()
    verify_mobile()
    refresh_access_token()
    check_login_status()
    check_login_status_by_path()
    list_sessions()
    end_session()
    get_user_info()
    get_we_chat_user_info()
    sign_in_by_we_chat()
    sign_in_by_we_chat_mobile()
    link_we_chat()
    exchange_token()
    merge_users()
    create_user()
    jwt = sign_in_by_password()
    get_user_detail(jwt)
    post_user_detail(jwt)
    update_user(jwt)
    introspect_token()
    get_health()
    get_readiness()
    get_metrics()
    get_spec_as_yaml()
    get_spec_as_json()
    get_json_web_keys()
    get_demo_outbox()
    sign_out()
    update_password(jwt)
    list_sign_ins(jwt)
    copy_my_data(jwt)
    close_account(jwt)
    reset_forgotten_password()
    reset_demo()


if __name__ == "__main__":
    main()
