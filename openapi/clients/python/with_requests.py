"""Every operation by requests, and the ways in which callers make a body."""

import gzip
import json
from urllib.parse import urlencode

import requests
from steps import ACCESS_TOKEN, CODE, MOBILE, NAME, PAIR, WECHAT_CODE, Steps, failure


def operations(steps: Steps) -> None:
    base, step = steps.base, steps.step
    signed_in = {}

    def fails(operation: str, case: str, want: str, call) -> None:
        step(operation, case, want, lambda: failure(call().json()))

    def mobile_login(mobile: str, code: str):
        body = {"companyType": 0, "mobile": mobile, "productType": 0, "source": "partner", "validateNo": code}
        return requests.post(base + "/auth/mobile/login", json=body)

    def signs_in() -> str:
        data = mobile_login(MOBILE, CODE).json()["data"]
        signed_in["Authorization"] = data["accessToken"]["value"]
        return data["userInfo"]["realName"]

    fails("signInByMobile", "wrong code", "1002014000 验证码错误或已失效", lambda: mobile_login("13900000002", "000000"))
    step("signInByMobile", "success", NAME, signs_in)
    token = signed_in["Authorization"]

    refresh = base + "/app/auth/token/refresh"
    step("refreshAccessToken", "success", "AT-2-", lambda: requests.post(refresh, json=PAIR).json()["data"]["value"])
    fails("refreshAccessToken", "unknown pair", "401 未登录", lambda: requests.post(refresh, json=PAIR | {"refreshToken": "RT-0"}))

    def device(**headers):
        return requests.get(base + "/wx/pc/check-login-status", params={"deviceNumber": "pc-7f3a"}, headers=headers)

    step("checkLoginStatus", "success", "True", lambda: device(**signed_in).json()["data"]["isLogin"])
    fails("checkLoginStatus", "not signed in", "401 未登录", device)

    def info(access: str, user: int, application: str = "1"):
        return requests.get(base + "/user/info", params={"accessToken": access, "userId": user}, headers={"X-App-Id": application})

    step("getUserInfo", "success", "第二十七职业高中", lambda: info(token, 1).json()["data"]["orgList"][0]["orgName"])
    fails("getUserInfo", "no such user", "404 用户不存在", lambda: info(token, 700000000000000001))
    fails("getUserInfo", "unknown token", "401 未登录", lambda: info("AT-0", 1))
    fails("getUserInfo", "unknown application", "401 应用不存在", lambda: info(token, 1, "no-such-application"))

    def again(access: str):
        return requests.post(base + "/user/refresh", data={"token": access, "frontType": 2})

    step("refreshUser", "success", NAME, lambda: again(token).json()["result"]["name"])
    fails("refreshUser", "unknown token", "401 未登录", lambda: again("AT-0"))

    def wechat(code: str):
        return requests.post(base + "/account_api/wechat/user/getUserInfo", json={"code": code})

    step("getWeChatUserInfo", "success", "操作成功", lambda: wechat(WECHAT_CODE).json()["msg"])
    fails("getWeChatUserInfo", "invalid code", "40029 微信", lambda: wechat("40029" + "0" * 27))

    def login(account: str, password: str):
        return requests.post(base + "/api/user/login", data={"loginAccount": account, "password": password})

    fails("signInByPassword", "wrong password", "401 账号或密码错误", lambda: login("nobody", "quartet-nobody"))
    step("signInByPassword", "success", "eyJ", lambda: login("demo", "quartet-demo").json()["Jwt"])
    step("signInByPassword", "header Jwt", "eyJ", lambda: login("demo", "quartet-demo").headers["Jwt"])
    own = {"Jwt": login("demo", "quartet-demo").json()["Jwt"]}

    def detail(user: int, headers: dict):
        return requests.get(base + "/api/user/detail", params={"id": user}, headers=headers)

    step("getUserDetail", "success", NAME, lambda: detail(1, own).json()["user"]["realname"])
    step("getUserDetail", "text of the answer", NAME, lambda: detail(1, own).text)
    fails("getUserDetail", "no such user", "404 用户不存在", lambda: detail(999999, own))
    fails("getUserDetail", "not signed in", "401 未登录", lambda: detail(1, {}))
    step("postUserDetail", "success", NAME,
         lambda: requests.post(base + "/api/user/detail", data={"id": 1}, headers=own).json()["user"]["realname"])

    def create(**body):
        return requests.post(base + "/api/user/create", **body)

    user = {"username": "chen.yiming", "nickname": "一鸣"}
    step("createUser", "success", "ok", lambda: create(json=user).json()["state"])
    step("createUser", "user in a form", "ok", lambda: create(data={"user": json.dumps(user | {"username": "li.wen"})}).json()["state"])
    fails("createUser", "name taken", "409 用户名已存在", lambda: create(json=user))

    def update(user: dict):
        return requests.post(base + "/api/user/update", json=user, headers=own)

    step("updateUser", "success", "山有木兮",
         lambda: update({"id": 1, "signature": "山有木兮"}).json()["state"] + detail(1, own).json()["user"]["signature"])
    fails("updateUser", "another user", "403 没有权限", lambda: update({"id": 2, "nickname": "不行"}))

    def password(old: str, new: str):
        return requests.post(base + "/api/user/updatePassword", data={"userId": 1, "newPassword": new, "oldPassowrd": old}, headers=own)

    fails("updatePassword", "wrong old password", "400 旧密码错误", lambda: password("not-the-old-one", "violet-otter"))
    step("updatePassword", "success", "ok", lambda: password("quartet-demo", "a;b=c&d violet").json()["state"])
    fails("checkLoginStatus", "session ended", "401 会话已结束", lambda: device(**signed_in))


def expired(steps: Steps) -> None:
    """401 and its message make a client exchange its pair; the expired access token is good enough for that."""
    base, step = steps.base, steps.step

    def device(access: str):
        headers = {"Authorization": "Bearer " + access}
        return requests.get(base + "/wx/pc/check-login-status", params={"deviceNumber": "pc-7f3a"}, headers=headers)

    def exchanged() -> str:
        access = requests.post(base + "/app/auth/token/refresh", json=PAIR).json()["data"]["value"]
        return device(access).json()["data"]["isLogin"]

    steps.expire_tokens()
    step("checkLoginStatus", "expired token", "401 令牌已过期", lambda: failure(device(ACCESS_TOKEN).json()))
    step("refreshAccessToken", "expired access token of the pair", "True", exchanged)


def bodies(steps: Steps) -> None:
    base, step = steps.base, steps.step
    account = {"loginAccount": "demo", "password": "quartet-demo"}
    own = {"Jwt": requests.post(base + "/api/user/login", data=account).json()["Jwt"]}
    as_json, as_form = {"Content-Type": "application/json"}, {"Content-Type": "application/x-www-form-urlencoded"}

    def changes(case: str, nickname: str, body, **headers) -> None:
        def kept() -> str:
            user = json.dumps({"id": 1, "nickname": nickname}, ensure_ascii=False)
            answer = requests.post(base + "/api/user/update", headers=own | headers, **body(user)).json()
            if answer["state"] != "ok":
                return failure(answer)
            return requests.get(base + "/api/user/detail", params={"id": 1}, headers=own).json()["user"]["nickname"]

        step("updateUser", case, nickname, kept)

    changes("JSON without a content type", "苏青", lambda user: {"data": user.encode()})
    changes("JSON under a form type", "陆青", lambda user: {"data": user.encode()}, **as_form)
    changes("byte order mark", "陆四", lambda user: {"data": user.encode("utf-8-sig")}, **as_json)
    changes("gzip", "陆五", lambda user: {"data": gzip.compress(user.encode())}, **as_json, **{"Content-Encoding": "gzip"})
    changes("GBK form", "陆六", lambda user: {"data": urlencode({"user": user}, encoding="gbk")},
            **{"Content-Type": "application/x-www-form-urlencoded; charset=GBK"})
    changes("GB18030 form", "陆𠮷", lambda user: {"data": urlencode({"user": user}, encoding="gb18030")},
            **{"Content-Type": "application/x-www-form-urlencoded; charset=gb18030"})
    changes("multipart", "陆七", lambda user: {"files": {"user": (None, user)}})
    step("signInByPassword", "multipart", "ok", lambda: requests.post(
        base + "/api/user/login", files={key: (None, value) for key, value in account.items()}).json()["state"])
    step("signInByPassword", "unescaped semicolon in the password", "账号或密码错误", lambda: requests.post(
        base + "/api/user/login", data="loginAccount=demo&password=a;b", headers=as_form).json()["message"])
    step("refreshUser", "null token in the body, Basic beside the good one", NAME, lambda: requests.post(
        base + "/user/refresh", auth=("staging", "proxy"), headers={"X-Access-Token": ACCESS_TOKEN},
        json={"token": None, "frontType": "0"}).json()["result"]["name"])
