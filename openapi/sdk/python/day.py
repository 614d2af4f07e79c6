"""A day's work with the Python client of openapi-generator."""

import os
import secrets
from collections.abc import Callable
from datetime import datetime, timezone
from typing import TypeVar

import quartet_client as q

T = TypeVar("T")
Envelope = TypeVar("Envelope")


def refused(envelope: type[Envelope], call: Callable[[], object]) -> Envelope:
    """The typed envelope of a failure; an answer that succeeded is a surprise."""
    try:
        answer = call()
    except q.ApiException as failure:
        data: object = failure.data
        assert isinstance(data, envelope), data
        return data
    raise AssertionError(f"a failure was due: {answer!r}")


def known(value: T | None) -> T:
    assert value is not None
    return value


def client(**credentials: str) -> q.ApiClient:
    """A client that sends these credentials, by the name of their security scheme."""
    host = os.environ.get("BASE_URL", "http://127.0.0.1:8080")
    return q.ApiClient(q.Configuration(host=host, api_key=credentials))


def by_mobile(mobile: str) -> str:
    """yudao and cas: a code, a sign-in, the next access token, the device, the user."""
    api = q.YudaoApi(client())
    api.send_mobile_code(q.MobileCodeRequest(mobile=mobile))
    outbox = q.SystemApi(client()).get_demo_outbox()
    code = next(message.code for message in outbox if message.to == mobile)

    def login(validate_no: str) -> q.MobileLoginResponse:
        return api.sign_in_by_mobile(
            q.MobileLoginRequest(company_type=0, product_type=2, source="day", mobile=mobile, validate_no=validate_no)
        )

    wrong = refused(q.YudaoFailureBody, lambda: login("000001" if code == "000000" else "000000"))
    assert (wrong.code, wrong.data) == (1002014000, None)
    pair = login(code).data
    following = api.refresh_access_token(
        q.RefreshAccessTokenRequest(access_token=pair.access_token.value, refresh_token=pair.refresh_token.value)
    ).data
    assert following.expire > datetime.now(timezone.utc)
    access = following.value
    assert q.YudaoApi(client(authorization=access)).check_login_status("day-4").data.is_login

    application = q.CasApi(client(applicationId="1", accessTokenQuery=access))
    info = application.get_user_info(str(pair.user_info.id))
    assert info.data.phone == mobile
    nobody = refused(q.CasFailureBody, lambda: application.get_user_info("9007199254740993"))
    assert (nobody.code, nobody.status, nobody.data) == (404, q.CasStatus.CasFail, {})
    return access


def by_we_chat() -> None:
    """ruoyi: WeChat; the session travels in a header."""
    api = q.RuoyiApi(client())
    answer = api.get_we_chat_user_info_with_http_info(q.WeChatUserRequest(code="f" + secrets.token_hex(16)[1:]))
    assert answer.data.code == 200
    assert known(answer.headers)["X-Access-Token"].startswith("AT-")
    invalid = refused(q.RuoyiFailureBody, lambda: api.get_we_chat_user_info(q.WeChatUserRequest(code="40029" + "0" * 27)))
    assert invalid.code == 40029 and invalid.msg


def by_password() -> None:
    """jfinal: create, sign in, update, read, a new password."""
    public = q.JfinalApi(client())
    username, password = "day." + secrets.token_hex(6), "violet-" + secrets.token_hex(6)
    user_id = public.create_user(q.UserCreation(username=username, password=password)).user_id
    taken = refused(q.JfinalFailureBody, lambda: public.create_user(q.UserCreation(username=username)))
    assert (taken.state, taken.code, taken.message) == ("fail", 409, "用户名已存在")

    login = q.LoginForm(login_account=username, password=password)
    own = q.JfinalApi(client(jwtHeader=public.sign_in_by_password(login).jwt))
    own.update_user(q.UserChange(id=user_id, nickname="一鸣"))
    assert own.get_user_detail(user_id).user.nickname == "一鸣"
    assert own.post_user_detail(q.UserDetailForm(id=user_id)).user.username == username
    new = q.LoginForm(login_account=username, password=password + "-new")
    own.update_password(q.UpdatePasswordForm(user_id=user_id, new_password=new.password, old_passowrd=password))
    assert public.sign_in_by_password(new).jwt


def slide_and_sign_out(access: str, mobile: str) -> None:
    """jeecg: the token slides; once signed out, it is refused."""
    api = q.JeecgApi(client())
    asked = q.RefreshUserRequest(token=access, front_type=q.FrontType.FrontPC)
    slid = api.refresh_user(asked)
    assert slid.success and slid.result.phone_number == mobile
    assert q.YudaoApi(client(authorization=access)).sign_out().data
    ended = refused(q.JeecgFailureBody, lambda: api.refresh_user(asked))
    assert (ended.success, ended.code, ended.result) == (False, 401, None)
    assert ended.timestamp > 0 and ended.message


def main() -> None:
    mobile = f"139{secrets.randbelow(10**8):08d}"
    access = by_mobile(mobile)
    by_we_chat()
    by_password()
    slide_and_sign_out(access, mobile)
    print("python, openapi-generator: a day's work done, a typed failure of each dialect caught")


if __name__ == "__main__":
    main()
