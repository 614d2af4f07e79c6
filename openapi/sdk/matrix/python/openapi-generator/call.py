from collections.abc import Callable
from typing import TypeVar

import client as q
from common import BASE_URL, Failure, SignedIn, run

Answer = TypeVar("Answer")
Body = TypeVar("Body")


def of(ask: Callable[[], Answer], body: type[Body], read: Callable[[Body], Failure]) -> Answer:
    """The answer, or the body of the failure by its generated type."""
    try:
        return ask()
    except q.ApiException as failure:
        data: object = failure.data
        if isinstance(data, body):
            raise read(data) from failure
        raise


class Row:
    def __init__(self) -> None:
        self.api = q.ApiClient(q.Configuration(host=BASE_URL))

    def send_code(self, mobile: str) -> None:
        q.YudaoApi(self.api).send_mobile_code(q.MobileCodeRequest(mobile=mobile))

    def outbox(self) -> dict[str, str]:
        return {message.to: message.code for message in q.SystemApi(self.api).get_demo_outbox()}

    def yudao(self, mobile: str, code: str) -> SignedIn:
        request = q.MobileLoginRequest.from_dict({"mobile": mobile, "validateNo": code, "productType": 2})
        assert request
        data = of(
            lambda: q.YudaoApi(self.api).sign_in_by_mobile(request),
            q.YudaoFailureBody,
            lambda body: Failure(body.code, body.msg),
        ).data
        return SignedIn(data.access_token.value, data.user_info.id)

    def cas(self, user_id: str, access_token: str) -> str:
        keys = {"applicationId": "1", "accessTokenQuery": access_token}
        api = q.CasApi(q.ApiClient(q.Configuration(host=BASE_URL, api_key=keys)))
        return of(
            lambda: api.get_user_info(user_id),
            q.CasFailureBody,
            lambda body: Failure(body.code, body.message),
        ).data.phone

    def ruoyi(self, code: str) -> int:
        return of(
            lambda: q.RuoyiApi(self.api).get_we_chat_user_info(q.WeChatUserRequest(code=code)),
            q.RuoyiFailureBody,
            lambda body: Failure(body.code, body.msg),
        ).code

    def jfinal(self, username: str, password: str) -> int:
        return of(
            lambda: q.JfinalApi(self.api).create_user(q.UserCreation(username=username, password=password)),
            q.JfinalFailureBody,
            lambda body: Failure(body.code, body.message),
        ).user_id

    def jeecg(self, token: str) -> str | None:
        request = q.RefreshUserRequest.from_dict({"token": token, "frontType": q.FrontType.FrontPC})
        assert request
        return of(
            lambda: q.JeecgApi(self.api).refresh_user(request),
            q.JeecgFailureBody,
            lambda body: Failure(body.code, body.message),
        ).result.phone_number


run(Row())
