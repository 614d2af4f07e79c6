
import contextlib

import httpx
from pydantic import BaseModel

import models as m
from common import BASE_URL, Failure, SignedIn, run



class Row:
    def __init__(self) -> None:
        self.http = httpx.Client(base_url=BASE_URL)

    def post(self, path: str, body: BaseModel) -> httpx.Response:
        content = body.model_dump_json(exclude_none=True, by_alias=True)
        return self.http.post(path, content=content, headers={"Content-Type": "application/json"})

    def send_code(self, mobile: str) -> None:
        self.post("/auth/mobile/code", m.MobileCodeRequest(mobile=m.Mobile(mobile))).raise_for_status()

    def outbox(self) -> dict[str, str]:
        messages = [m.DemoMessage.model_validate(message) for message in self.http.get("/demo/outbox").json()]
        return {message.to: message.code for message in messages}

    def yudao(self, mobile: str, code: str) -> SignedIn:
        request = m.MobileLoginRequest(mobile=m.Mobile(mobile), validateNo=m.OneTimeCode(code), productType=2)
        answer = self.post("/auth/mobile/login", request)
        if answer.is_error:
            failure = m.YudaoFailureBody.model_validate_json(answer.content)
            raise Failure(failure.code, failure.msg)
        data = m.MobileLoginResponse.model_validate_json(answer.content).data
        return SignedIn(data.accessToken.value, data.userInfo.id.root)

    def cas(self, user_id: str, access_token: str) -> str:
        answer = self.http.get(
            "/user/info", params={"userId": user_id, "accessToken": access_token}, headers={"X-App-Id": "1"}
        )
        if answer.is_error:
            failure = m.CasFailureBody.model_validate_json(answer.content)
            raise Failure(failure.code, failure.message)
        return m.UserInfoResponse.model_validate_json(answer.content).data.phone

    def ruoyi(self, code: str) -> int:
        answer = self.post("/account_api/wechat/user/getUserInfo", m.WeChatUserRequest(code=code))
        if answer.is_error:
            failure = m.RuoyiFailureBody.model_validate_json(answer.content)
            raise Failure(failure.code, failure.msg)
        return m.WeChatUserResponse.model_validate_json(answer.content).code

    def jfinal(self, username: str, password: str) -> int:
        answer = self.post("/api/user/create", m.UserCreation(username=username, password=password))
        if answer.is_error:
            failure = m.JfinalFailureBody.model_validate_json(answer.content)
            raise Failure(failure.code, failure.message)
        return m.CreateUserResponse.model_validate_json(answer.content).userId.root

    def jeecg(self, token: str) -> str | None:
        answer = self.post("/user/refresh", m.RefreshUserRequest(token=token, frontType=m.FrontType.FrontPC))
        if answer.is_error:
            failure = m.JeecgFailureBody.model_validate_json(answer.content)
            raise Failure(failure.code, failure.message)
        return m.RefreshUserResponse.model_validate_json(answer.content).result.phoneNumber


    def close(self) -> None:
        self.http.close()


with contextlib.closing(Row()) as row:
    run(row)
