"""The users that generated requests are sent as, and the refusals that no schema describes.

Read by schemathesis.
"""

import base64
import functools
import hashlib
import itertools
import json
import os
import re

import requests
import schemathesis
from schemathesis.core.failures import ServerError
from schemathesis.generation.meta import TestPhase
from schemathesis.openapi.checks import RejectedPositiveData

ORIGIN = os.environ["QUARTET_CONTRACT_ORIGIN"]
ADMINISTRATOR = os.environ["QUARTET_CONTRACT_ADMINISTRATOR"]
PASSWORD = os.environ["QUARTET_CONTRACT_PASSWORD"]

BY_JWT = ["createUser", "getUserDetail", "postUserDetail", "updateUser", "updatePassword"]
BY_AUTHORIZATION = ["verifyMobile", "checkLoginStatus", "checkLoginStatusByPath", "listSignIns"]
ENDING = ["signOut", "signOutAdministrator", "listSessions", "endSession", "copyMyData", "linkWeChat", "mergeUsers", "closeAccount"]
# Requests of these differ in nothing, so that few are sent, and none of them to be refused.
ALIKE = ["readAdministrator", "listSigningKeys"]

calls = requests.Session()
numbers = itertools.count()


@functools.cache
def administrator():
    """The token of a super administrator, whose id no generated request contains, so
    that none changes their password, which would end this session."""
    answer = calls.post(f"{ORIGIN}/admin/session", json={"account": ADMINISTRATOR, "password": PASSWORD}, timeout=30)
    answer.raise_for_status()
    return answer.json()["token"]


@functools.cache
def operator():
    """An application that looks after users, whose id no generated request contains."""
    headers = {"Authorization": f"Bearer {administrator()}"}
    rights = ["users.read", "users.write", "sessions.read", "organisations.read", "memberships.read", "memberships.write", "audit.read"]
    body = {"id": "operator.of.contract", "name": "Operator", "rights": rights}
    for path, sent in ("/admin/applications", body), ("/admin/applications/operator.of.contract/secrets", None):
        answer = calls.post(ORIGIN + path, json=sent, headers=headers, timeout=30)
        answer.raise_for_status()
    return base64.b64encode(f"operator.of.contract:{answer.json()['secret']}".encode()).decode()


def person(letter):
    """The token of an ordinary user, who has no password; one for each letter."""
    return person_of(letter * 32)


def person_of(code):
    """The token of the user whom WeChat's simulator knows by this code."""
    answer = calls.post(f"{ORIGIN}/account_api/wechat/user/getUserInfo", json={"code": code}, timeout=30)
    answer.raise_for_status()
    return answer.headers["X-Access-Token"]


@functools.cache
def member():
    return person("c")


@functools.cache
def member_of_application():
    """The token of an ordinary user who signed in through the demonstration's application."""
    answer = calls.post(
        f"{ORIGIN}/account_api/wechat/user/getUserInfo", json={"code": "d" * 32}, headers={"X-App-Id": "1"}, timeout=30
    )
    answer.raise_for_status()
    return answer.headers["X-Access-Token"]


@schemathesis.auth(refresh_interval=None).apply_to(operation_id=BY_JWT)
class Jwt:
    def get(self, case, context):
        # Sometimes an ordinary user, for the refusals.
        return member() if digest(repr((case.query, case.body)))[0] in "012" else administrator()

    def set(self, case, data, context):
        case.headers["Jwt"] = data


@schemathesis.auth(refresh_interval=None).apply_to(path_regex="^/admin/(?!session$)")
class Administration:
    def get(self, case, context):
        # Sometimes an ordinary user or an application with other rights, for the refusals.
        chosen = digest(repr((case.path_parameters, case.query, case.body)))[0]
        varies = not is_example(case) and name_of(case) not in ALIKE
        if varies and chosen == "0":
            return f"Bearer {member()}"
        return f"Basic {operator()}" if varies and chosen == "1" else f"Bearer {administrator()}"

    def set(self, case, data, context):
        case.headers["Authorization"] = data


class Authorization:
    def get(self, case, context):
        return member()

    def set(self, case, data, context):
        case.headers["Authorization"] = f"Bearer {data}"


schemathesis.auth(refresh_interval=None).apply_to(operation_id=BY_AUTHORIZATION)(Authorization)


@schemathesis.auth(refresh_interval=None).apply_to(operation_id=ENDING)
class SpentAuthorization(Authorization):
    """Another user for each request, since these end sessions, or are limited for a user."""

    def get(self, case, context):
        return person_of(f"e{next(numbers):031x}")


@schemathesis.auth(refresh_interval=None).apply_to(operation_id="refreshUser")
class AccessToken:
    def get(self, case, context):
        return member()

    def set(self, case, data, context):
        case.headers["X-Access-Token"] = data


@schemathesis.auth(refresh_interval=None).apply_to(operation_id="getUserInfo")
class Application:
    def get(self, case, context):
        return member()

    def set(self, case, data, context):
        case.headers["X-App-Id"] = "1"
        # Half of the requests prove the application, so that it reads other users.
        if by_turns(str(case.query.get("userId"))):
            case.headers["X-App-Secret"] = SECRET
        else:
            case.headers.pop("X-App-Secret", None)
        case.query["accessToken"] = data


SECRET = "qas_ZGVtb25zdHJhdGlvbi1zZWNyZXQtb2YtYXBwLTEtMDE"


@schemathesis.auth(refresh_interval=None).apply_to(operation_id="introspectToken")
class ApplicationSecret:
    def get(self, case, context):
        return base64.b64encode(f"1:{SECRET}".encode()).decode()

    def set(self, case, data, context):
        case.headers["Authorization"] = f"Basic {data}"


def is_example(case):
    return case.meta is not None and case.meta.phase.name == TestPhase.EXAMPLES


@schemathesis.hook
def before_call(context, case, kwargs):
    if name_of(case) == "retireSigningKey":
        administrator.cache_clear()  # it may be the key of their JWT
    if name_of(case) == "eraseUser" and case.path_parameters.get("userId") == "3":
        case.path_parameters["userId"] = "6"  # the user of the other examples stays
    if isinstance(case.body, dict) and case.meta and case.meta.generation.mode.is_positive:
        help_along(case)


def help_along(case):
    """Give half of the valid requests what random values never are: a code that was
    sent, a correct password, a name that RFC 8265 allows, a text that is JSON. The
    others stay as they are."""
    operation = name_of(case)
    if operation == "signInAdministrator" and by_turns(case.body.get("account")):
        case.body.update(account=ADMINISTRATOR, password=PASSWORD)
    if operation == "addUser" and by_turns(case.body.get("username")):
        case.body["username"] = "u" + digest(case.body["username"])[:16]
        for name in "email", "birthday", "site", "avatar", "mobile", "password":
            case.body.pop(name, None)
    if operation == "addWebhook" and by_turns(case.body.get("url")):
        case.body["url"] = f"https://hooks.example.com/{digest(case.body['url'])}"
    if operation == "signInByPassword" and by_turns(case.body.get("loginAccount")):
        case.body.update(loginAccount=ADMINISTRATOR, password=PASSWORD)
    if operation == "introspectToken" and by_turns(case.body.get("token")):
        case.body["token"] = member_of_application()
    if operation == "getWeChatUserInfo" and by_turns(case.body.get("code")):
        case.body["code"] = "c" + digest(case.body["code"])[:31]
    if operation == "createUser" and by_turns(case.body.get("username")):
        case.body["username"] = "u" + digest(case.body["username"])[:16]
    if operation in USERS and case.media_type == FORM and by_turns(case.body.get("user")):
        case.body["user"] = json.dumps(USERS[operation](digest(case.body["user"])))
    if operation in PURPOSES and by_turns(case.body.get("validateNo")):
        case.body["validateNo"] = sent_code(case.body["mobile"], PURPOSES[operation]) or case.body["validateNo"]


FORM = "application/x-www-form-urlencoded"
USERS = {
    "createUser": lambda text: {"username": "u" + text[:16], "nickname": text},
    "updateUser": lambda text: {"id": int(text[:2], 16), "nickname": text},
}
PURPOSES = {"signInByMobile": "sign_in", "verifyMobile": "verify_mobile", "resetForgottenPassword": "reset_password"}


def sent_code(mobile, purpose):
    calls.post(f"{ORIGIN}/auth/mobile/code", json={"mobile": mobile, "purpose": purpose}, timeout=30)
    messages = calls.get(f"{ORIGIN}/demo/outbox", timeout=30).json()
    return next((m["code"] for m in messages if m["to"] == mobile), None)


def by_turns(text):
    """Whether the text is in the half of all texts that is helped. It depends on the
    text alone, so that a repeated run helps the same ones."""
    return isinstance(text, str) and int(digest(text)[-1], 16) % 2 == 0


def digest(text):
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def name_of(case):
    return case.operation.definition.raw.get("operationId")


WECHAT = ["getWeChatUserInfo", "signInByWeChat", "signInByWeChatMobile", "linkWeChat"]

ENTRIES = ["addOrganisation", "changeOrganisation", "addRole", "changeRole", "addApplication", "changeApplication"]

# Requests that fit their schema and are refused: the operations (none named: all),
# the status, a text of the answer, and why no schema describes it.
REFUSALS = [
    ([], 400, "NUL", "NUL is refused everywhere, in names that the contract does not know too"),
    ([], 400, "不在接口文档中|is not in the API document", "with --strict-input unknown names are refused, which the schemas leave open"),
    ([], 400, "重复|Duplicate", "a list in a form or query becomes a duplicate field"),
    (["refreshUser"], 400, "参数 frontType 不能为空", "required in one of two places, the body or the query"),
    (["postUserDetail"], 400, "参数 id 不能为空", "required in one of two places, the form or the query"),
    (["createUser", "updateUser"], 400, "请求体格式错误（user|参数 user[ .]", "OpenAPI 3.0 cannot say that the text of this form field is JSON"),
    (["createUser", "updateUser"], 400, "参数 username (格式不正确|长度不能少于|混用了|含有不可见字符)", "RFC 8265 and UTS 39; space around it does not count; and it must not look like a mobile"),
    (["createUser", "updateUser"], 400, "参数 email (格式不正确|长度不能超过|混用了|含有不可见字符)", "RFC 5322, UTS 39 and UTS 46; and its length is in bytes"),
    (["createUser", "updateUser"], 400, "参数 nickname 含有不可见字符", "emoji have characters that are invisible elsewhere"),
    (["createUser", "updateUser"], 400, "参数 birthday 格式不正确", "a day that its month does not have"),
    (["createUser", "updateUser"], 400, "参数 (site|avatar) 格式不正确", "RFC 3986"),
    (["updateUser"], 400, "参数 status 只能是 ok, locked", "any text fits, since from oneself it is ignored"),
    (["addUser", "changeUser"], 400, "参数 (username|nickname|email|birthday|site|avatar|mobile|mobileVerified|emailVerified|language) ", "as with createUser; and only a fact that is there is verified"),
    ([], 400, "参数 cursor 格式不正确", "a cursor is that of its caller, list and filters"),
    (ENTRIES, 400, "参数 (name|code|id) (格式不正确|混用了|含有不可见字符)", "printed characters of one script a word, without space at the ends"),
    ([], 412, "precondition_failed", "another version than the present one"),
    (["addWebhook", "changeWebhook"], 400, "参数 url 格式不正确", "RFC 3986, and https alone"),
    (["addWebhook", "changeWebhook"], 422, "webhook_address_refused", "addresses of this computer and of private networks are refused"),
    (["addApplication", "changeApplication"], 400, "参数 organisations 只能是", "the codes are of organisations that exist"),
    (["addApplication", "changeApplication"], 400, "参数 rights 中的 contact 需要应用先有密钥", "a right that asks for a secret of the application"),
    (["setMembership"], 400, "参数 roles 只能是", "the codes are of roles that exist"),
    (["mergeUser"], 400, "参数 into ", "another user, who exists"),
    (["listAudit", "readFigures"], 400, "参数 (since|until|step) ", "the span begins before it ends, and is bounded"),
    ([], 422, "idempotency_key_reused", "a key is of one request"),
    (["addUser", "setUserPassword", "setUpAdministrator", "createUser", "updatePassword", "resetForgottenPassword"], 422, "密码不合要求", "the policy has its own status and a list of common words"),
    (WECHAT, 400, '"code":(40029|40163)', "WeChat refuses the code"),
    (["closeAccount", "verifyMobile"], 400, "旧密码错误（password）", "a password that is given must be right, also after a fresh sign-in"),
]
FAULTS = [
    (WECHAT, 503, "微信服务暂不可用", "the code -1 simulates that WeChat is down"),
]


@schemathesis.hook
def filter_failure(context, failure, case, response):
    if isinstance(failure, RejectedPositiveData):
        return not documented(REFUSALS, case, response)
    if isinstance(failure, ServerError):
        return not documented(FAULTS, case, response)
    return True


def documented(table, case, response):
    return any(
        (not operations or name_of(case) in operations)
        and response.status_code == status
        and re.search(words, response.text)
        for operations, status, words, why in table
    )
