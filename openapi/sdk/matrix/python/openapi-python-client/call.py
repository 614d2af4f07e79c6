from client import AuthenticatedClient
from client.api.cas import get_user_info
from client.api.jeecg import refresh_user
from client.api.jfinal import create_user
from client.api.ruoyi import get_we_chat_user_info
from client.api.system import get_demo_outbox
from client.api.yudao import send_mobile_code, sign_in_by_mobile
from client.models import (
    CasFailureBody,
    CreateUserResponse,
    FrontType,
    JeecgFailureBody,
    JfinalFailureBody,
    MobileCodeRequest,
    MobileCodeResponse,
    MobileLoginRequest,
    MobileLoginResponse,
    RefreshUserRequest,
    RefreshUserResponse,
    RuoyiFailureBody,
    UserCreation,
    UserInfoResponse,
    WeChatUserRequest,
    WeChatUserResponse,
    YudaoFailureBody,
)
from common import BASE_URL, Failure, SignedIn, run


class Row:
    def __init__(self) -> None:
        # The client has one credential, which is a header; here it is the application.
        self.api = AuthenticatedClient(BASE_URL, token="1", prefix="", auth_header_name="X-App-Id")

    def send_code(self, mobile: str) -> None:
        answer = send_mobile_code.sync(client=self.api, body=MobileCodeRequest(mobile))
        assert isinstance(answer, MobileCodeResponse), answer

    def outbox(self) -> dict[str, str]:
        answer = get_demo_outbox.sync(client=self.api)
        assert isinstance(answer, list), answer
        return {message.to: message.code for message in answer}

    def yudao(self, mobile: str, code: str) -> SignedIn:
        answer = sign_in_by_mobile.sync(client=self.api, body=MobileLoginRequest(mobile, code, product_type=2))
        if isinstance(answer, YudaoFailureBody):
            raise Failure(answer.code, answer.msg)
        assert isinstance(answer, MobileLoginResponse)
        return SignedIn(answer.data.access_token.value, answer.data.user_info.id)

    def cas(self, user_id: str, access_token: str) -> str:
        # It knows no credential in the query either, but passes what httpx takes.
        api = AuthenticatedClient(
            BASE_URL, token="1", prefix="", auth_header_name="X-App-Id", httpx_args={"params": {"accessToken": access_token}}
        )
        with api:
            answer = get_user_info.sync(client=api, user_id=user_id)
        if isinstance(answer, CasFailureBody):
            raise Failure(answer.code, answer.message)
        assert isinstance(answer, UserInfoResponse)
        return answer.data.phone

    def ruoyi(self, code: str) -> int:
        answer = get_we_chat_user_info.sync(client=self.api, body=WeChatUserRequest(code))
        if isinstance(answer, RuoyiFailureBody):
            raise Failure(answer.code, answer.msg)
        assert isinstance(answer, WeChatUserResponse)
        return answer.code

    def jfinal(self, username: str, password: str) -> int:
        answer = create_user.sync(client=self.api, body=UserCreation(username=username, password=password))
        if isinstance(answer, JfinalFailureBody):
            raise Failure(answer.code, answer.message)
        assert isinstance(answer, CreateUserResponse)
        return answer.user_id

    def jeecg(self, token: str) -> str | None:
        answer = refresh_user.sync(client=self.api, body=RefreshUserRequest(token, FrontType.FRONT_PC))
        if isinstance(answer, JeecgFailureBody):
            raise Failure(answer.code, answer.message)
        assert isinstance(answer, RefreshUserResponse)
        return answer.result.phone_number


row = Row()
with row.api:
    run(row)
