"""Calls on the command line, as pages about an API show them."""

import json
import subprocess

from steps import ACCESS_TOKEN, CODE, MOBILE, NAME, Steps


def curl(*arguments: str) -> dict:
    return json.loads(subprocess.run(("curl", "-sS", *arguments), check=True, capture_output=True).stdout)


def calls(steps: Steps) -> None:
    base, step = steps.base, steps.step
    login = {"companyType": 0, "mobile": MOBILE, "productType": 0, "source": "curl", "validateNo": CODE}
    step("signInByMobile", "success", NAME, lambda: curl(
        base + "/auth/mobile/login", "-H", "Content-Type: application/json", "-d", json.dumps(login))["data"]["userInfo"]["realName"])
    step("getUserInfo", "success", "success", lambda: curl(
        f"{base}/user/info?accessToken={ACCESS_TOKEN}&userId=1", "-H", "X-App-Id: 1")["status"])
    step("refreshUser", "success", NAME, lambda: curl(
        base + "/user/refresh", "-d", f"token={ACCESS_TOKEN}&frontType=0")["result"]["name"])
    step("refreshUser", "JSON under curl's form type", NAME, lambda: curl(
        base + "/user/refresh", "-d", json.dumps({"token": ACCESS_TOKEN, "frontType": "0"}))["result"]["name"])
    step("signInByPassword", "success", "eyJ", lambda: curl(
        base + "/api/user/login", "-d", "loginAccount=demo&password=quartet-demo")["Jwt"])
    step("signInByPassword", "multipart", "eyJ", lambda: curl(
        base + "/api/user/login", "-F", "loginAccount=demo", "-F", "password=quartet-demo")["Jwt"])
    step("signInByPassword", "wrong password", "账号或密码错误", lambda: curl(
        base + "/api/user/login", "-d", "loginAccount=nobody&password=quartet-nobody")["message"])
    step("createUser", "user in a form", "ok", lambda: curl(
        base + "/api/user/create", "--data-urlencode", 'user={"username":"chen.yiming","nickname":"一鸣"}')["state"])
    step("checkLoginStatus", "Authorization: Basic beside the token", "True", lambda: curl(
        base + "/wx/pc/check-login-status?deviceNumber=pc-7f3a", "-u", "staging:proxy", "-H", "token: " + ACCESS_TOKEN)["data"]["isLogin"])
