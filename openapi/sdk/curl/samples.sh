#!/usr/bin/env bash
# Every operation once, with curl. The parts between "sample" and "end" are the samples of the contract.
set -euo pipefail
BASE_URL=${BASE_URL:-http://127.0.0.1:8080}
ACCESS_TOKEN=AT-4-Q8z-8PhSfm4RYp10WUcpuWSXbjpUIRtW
OLD_ACCESS_TOKEN=AT-1-ZGVtby1yZWZyZXNoLWFjY2Vzcy0x_A01
REFRESH_TOKEN=RT-ZGVtby1yZWZyZXNoLXRva2VuLW9mLXF1YXJ0ZXQtMDE
APP_ID=1
APP_SECRET=qas_ZGVtb25zdHJhdGlvbi1zZWNyZXQtb2YtYXBwLTEtMDE
CODE=246135
WECHAT_CODE=0a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P
WECHAT_PHONE_CODE=13900000009a1B2c3D4e5F6g7H8i9J0k
WECHAT_LINK_CODE=1b2C3d4E5f6G7h8I9j0K1l2M3n4O5p6Q
OLD_TOKEN=old-4d1c7be09a2f4e6c8b53
OTHER_ACCESS_TOKEN=AT-1-ZGVtby1vdGhlci1hY2NvdW50LXRva2Vu
PASSWORD=quartet-demo
NEW_PASSWORD=violet-evening

# curl fails with the status, and prints the first line of an answer, or the status where it has no body.
curl() {
  answer=$(command curl -sS --fail-with-body -w '\n%{http_code}' "$@") || { echo "$answer" >&2; return 1; }
  local line=${answer%%$'\n'*}
  echo "${line:-${answer##*$'\n'}}"
}

# value gives the first value of a key in the last answer, etag the version that its header names.
value() { local rest=${answer#*\"$1\":\"}; echo "${rest%%\"*}"; }
etag() { sed -n 's/^[Ee][Tt]ag: \("[0-9]*"\).*/\1/p' <<<"$answer"; }

. "$(dirname "$0")/admin.sh"

# sample: refreshUser
curl "$BASE_URL/user/refresh" \
  -H "X-Access-Token: $ACCESS_TOKEN" \
  --json '{"frontType": 0}'
# end

# sample: sendMobileCode
curl "$BASE_URL/auth/mobile/code" --json '{"mobile": "13900000001"}'
# end

# sample: signInByMobile
curl "$BASE_URL/auth/mobile/login" --json @- <<EOF
{"mobile": "13800138000", "validateNo": "$CODE", "source": "web"}
EOF
# end

# sample: verifyMobile
curl "$BASE_URL/auth/mobile/verify" -H "Authorization: Bearer $ACCESS_TOKEN" --json @- <<EOF
{"mobile": "13800138000", "validateNo": "$CODE"}
EOF
# end

# sample: refreshAccessToken
curl "$BASE_URL/app/auth/token/refresh" --json @- <<EOF
{"accessToken": "$OLD_ACCESS_TOKEN", "refreshToken": "$REFRESH_TOKEN"}
EOF
# end

# sample: checkLoginStatus
curl "$BASE_URL/wx/pc/check-login-status?deviceNumber=pc-7f3a" \
  -H "Authorization: Bearer $ACCESS_TOKEN"
# end

# sample: checkLoginStatusByPath
curl "$BASE_URL/wx/pc/check-login-status/pc-7f3a" \
  -H "Authorization: Bearer $ACCESS_TOKEN"
# end

# sample: listSessions
curl "$BASE_URL/auth/sessions" -H "Authorization: Bearer $ACCESS_TOKEN"
# end

# sample: endSession
curl -X DELETE "$BASE_URL/auth/sessions/1003" \
  -H "Authorization: Bearer $ACCESS_TOKEN"
# end

# sample: getUserInfo
curl "$BASE_URL/user/info?userId=1&accessToken=$ACCESS_TOKEN" \
  -H "X-App-Id: $APP_ID"
# end

# sample: getWeChatUserInfo
curl "$BASE_URL/account_api/wechat/user/getUserInfo" --json @- <<EOF
{"code": "$WECHAT_CODE"}
EOF
# end

# sample: signInByWeChat
curl "$BASE_URL/auth/wechat/login" --json @- <<EOF
{"code": "$WECHAT_CODE", "source": "mini-program"}
EOF
# end

# sample: signInByWeChatMobile
curl "$BASE_URL/auth/wechat/mobile" --json @- <<EOF
{"phoneCode": "$WECHAT_PHONE_CODE", "source": "mini-program"}
EOF
# end

# sample: linkWeChat
curl "$BASE_URL/auth/wechat/link" -H "Authorization: Bearer $ACCESS_TOKEN" --json @- <<EOF
{"code": "$WECHAT_LINK_CODE"}
EOF
# end

# sample: exchangeToken
curl "$BASE_URL/auth/token/exchange" --json @- <<EOF
{"token": "$OLD_TOKEN", "source": "app"}
EOF
# end

# sample: mergeUsers
curl "$BASE_URL/auth/merge" -H "Authorization: Bearer $ACCESS_TOKEN" --json @- <<EOF
{"accessToken": "$OTHER_ACCESS_TOKEN"}
EOF
# end

# sample: createUser
curl "$BASE_URL/api/user/create" --json @- <<EOF
{"username": "su.qing", "password": "$NEW_PASSWORD", "nickname": "苏青"}
EOF
# end

# sample: signInByPassword
curl "$BASE_URL/api/user/login" \
  -d loginAccount=demo \
  --data-urlencode "password=$PASSWORD"
# end
JWT=$(value Jwt)

# sample: getUserDetail
curl "$BASE_URL/api/user/detail?id=1" -H "Jwt: $JWT"
# end

# sample: postUserDetail
curl "$BASE_URL/api/user/detail" \
  -H "Jwt: $JWT" \
  --json '{"id": 1}'
# end

# sample: updateUser
curl "$BASE_URL/api/user/update" \
  -H "Jwt: $JWT" \
  --json '{"id": 1, "nickname": "晚秋", "occupation": "教师"}'
# end

# sample: introspectToken
curl "$BASE_URL/oauth2/introspect" -u "$APP_ID:$APP_SECRET" -d "token=$ACCESS_TOKEN"
# end

# sample: getHealth
curl "$BASE_URL/healthz"
# end

# sample: getReadiness
curl "$BASE_URL/readyz"
# end

# sample: getMetrics
curl "$BASE_URL/metrics"
# end

# sample: getSpecAsYaml
curl "$BASE_URL/openapi.yaml?tag=jfinal"
# end

# sample: getSpecAsJson
curl "$BASE_URL/openapi.json?tag=jfinal"
# end

# sample: getJsonWebKeys
curl "$BASE_URL/.well-known/jwks.json"
# end

# sample: getDemoOutbox
curl "$BASE_URL/demo/outbox"
# end

# sample: signOut
curl -X POST "$BASE_URL/auth/logout" -H "Authorization: Bearer $ACCESS_TOKEN"
# end

# sample: updatePassword
curl "$BASE_URL/api/user/updatePassword" \
  -H "Jwt: $JWT" \
  -d userId=1 \
  --data-urlencode "newPassword=$NEW_PASSWORD" \
  --data-urlencode "oldPassowrd=$PASSWORD"
# end

# sample: listSignIns
curl "$BASE_URL/auth/sign-ins?limit=5" -H "Authorization: Bearer $JWT"
# end

# sample: copyMyData
curl "$BASE_URL/auth/account/data" -H "Authorization: Bearer $JWT"
# end

# sample: closeAccount
curl "$BASE_URL/auth/account/close" \
  -H "Authorization: Bearer $JWT" \
  --json "{\"password\": \"$NEW_PASSWORD\"}"
# end

# sample: resetForgottenPassword
curl "$BASE_URL/auth/password/reset" \
  --json "{\"mobile\": \"13800138000\", \"validateNo\": \"$CODE\", \"newPassword\": \"$NEW_PASSWORD\"}"
# end

# sample: resetDemo
curl -X POST "$BASE_URL/demo/reset"
# end
