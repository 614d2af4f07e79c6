# The operations of the admin API, once each, with curl; samples.sh runs them.
ADMIN_TOKEN=AT-1-ZGVtby1hZG1pbmlzdHJhdG9yLXRva2Vu
ADMIN_PASSWORD=quartet-admin

# sample: listOrganisations
curl "$BASE_URL/admin/organisations" -H "Authorization: Bearer $ADMIN_TOKEN"
# end

# sample: addOrganisation
curl "$BASE_URL/admin/organisations" \
  -H "Authorization: Bearer $ADMIN_TOKEN" \
  --json '{"code": "10020028", "name": "第二十八职业高中"}'
# end

# sample: readOrganisation
curl -i "$BASE_URL/admin/organisations/10020027" -H "Authorization: Bearer $ADMIN_TOKEN"
# end
ETAG=$(etag)

# sample: changeOrganisation
curl -X PATCH "$BASE_URL/admin/organisations/10020027" \
  -H "Authorization: Bearer $ADMIN_TOKEN" \
  -H "If-Match: $ETAG" \
  --json '{"name": "第二十七职业高中（东校区）"}'
# end

# sample: listMembers
curl "$BASE_URL/admin/organisations/10020027/members?limit=20" \
  -H "Authorization: Bearer $ADMIN_TOKEN"
# end

# sample: deleteOrganisation
curl -X DELETE "$BASE_URL/admin/organisations/10020099" \
  -H "Authorization: Bearer $ADMIN_TOKEN" \
  -H 'If-Match: *'
# end

# sample: listRoles
curl "$BASE_URL/admin/roles" -H "Authorization: Bearer $ADMIN_TOKEN"
# end

# sample: addRole
curl "$BASE_URL/admin/roles" \
  -H "Authorization: Bearer $ADMIN_TOKEN" \
  --json '{"code": "js_000021", "name": "班主任", "administers": false}'
# end

# sample: readRole
curl -i "$BASE_URL/admin/roles/js_000008" -H "Authorization: Bearer $ADMIN_TOKEN"
# end
ETAG=$(etag)

# sample: changeRole
curl -X PATCH "$BASE_URL/admin/roles/js_000008" \
  -H "Authorization: Bearer $ADMIN_TOKEN" \
  -H "If-Match: $ETAG" \
  --json '{"name": "教师"}'
# end

# sample: deleteRole
curl -X DELETE "$BASE_URL/admin/roles/js_000099" \
  -H "Authorization: Bearer $ADMIN_TOKEN" \
  -H 'If-Match: *'
# end

# sample: listApplications
curl "$BASE_URL/admin/applications" -H "Authorization: Bearer $ADMIN_TOKEN"
# end

# sample: addApplication
curl "$BASE_URL/admin/applications" \
  -H "Authorization: Bearer $ADMIN_TOKEN" \
  --json '{"id": "library", "name": "图书馆", "rights": ["users.read"], "organisations": ["10020027"]}'
# end

# sample: readApplication
curl -i "$BASE_URL/admin/applications/1" -H "Authorization: Bearer $ADMIN_TOKEN"
# end
ETAG=$(etag)

# sample: changeApplication
curl -X PATCH "$BASE_URL/admin/applications/1" \
  -H "Authorization: Bearer $ADMIN_TOKEN" \
  -H "If-Match: $ETAG" \
  --json '{"name": "演示应用（新）"}'
# end

# sample: linkOrganisation
curl -X PUT "$BASE_URL/admin/applications/1/organisations/10020031" \
  -H "Authorization: Bearer $ADMIN_TOKEN"
# end

# sample: unlinkOrganisation
curl -X DELETE "$BASE_URL/admin/applications/1/organisations/10020031" \
  -H "Authorization: Bearer $ADMIN_TOKEN"
# end

# sample: listApplicationSecrets
curl "$BASE_URL/admin/applications/1/secrets" -H "Authorization: Bearer $ADMIN_TOKEN"
# end

# sample: addApplicationSecret
curl -X POST "$BASE_URL/admin/applications/1/secrets" \
  -H "Authorization: Bearer $ADMIN_TOKEN" \
  -H 'Idempotency-Key: rotation-2026-12'
# end

# sample: revokeApplicationSecret
curl -X DELETE "$BASE_URL/admin/applications/2/secrets/2001" -H "Authorization: Bearer $ADMIN_TOKEN"
# end

# sample: deleteApplication
curl -X DELETE "$BASE_URL/admin/applications/9" \
  -H "Authorization: Bearer $ADMIN_TOKEN" \
  -H 'If-Match: *'
# end

# sample: listSigningKeys
curl "$BASE_URL/admin/keys" -H "Authorization: Bearer $ADMIN_TOKEN"
# end
KID=$(value kid) # of the oldest key

# sample: rotateSigningKey
curl "$BASE_URL/admin/keys" -H "Authorization: Bearer $ADMIN_TOKEN" --json '{"overlap": 60}'
# end

# sample: retireSigningKey
curl -X DELETE "$BASE_URL/admin/keys/$KID?force=true" -H "Authorization: Bearer $ADMIN_TOKEN"
# end

# sample: listAudit
curl "$BASE_URL/admin/audit?kind=organisation_added&kind=role_added&limit=20" \
  -H "Authorization: Bearer $ADMIN_TOKEN"
# end

# sample: readFigures
curl "$BASE_URL/admin/figures?step=day" -H "Authorization: Bearer $ADMIN_TOKEN"
# end

# sample: listWebhooks
curl "$BASE_URL/admin/webhooks" -H "Authorization: Bearer $ADMIN_TOKEN"
# end

# sample: addWebhook
curl "$BASE_URL/admin/webhooks" \
  -H "Authorization: Bearer $ADMIN_TOKEN" \
  --json '{"url": "https://hooks.example.com/other", "description": "图书馆", "kinds": ["user_created"]}'
# end

# sample: readWebhook
curl -i "$BASE_URL/admin/webhooks/1" -H "Authorization: Bearer $ADMIN_TOKEN"
# end
ETAG=$(etag)

# sample: changeWebhook
curl -X PATCH "$BASE_URL/admin/webhooks/1" \
  -H "Authorization: Bearer $ADMIN_TOKEN" \
  -H "If-Match: $ETAG" \
  --json '{"kinds": ["user_created", "user_updated"]}'
# end

# sample: rotateWebhookSecret
curl -X POST "$BASE_URL/admin/webhooks/1/secret" -H "Authorization: Bearer $ADMIN_TOKEN"
# end

# sample: testWebhook
curl -X POST "$BASE_URL/admin/webhooks/1/test" -H "Authorization: Bearer $ADMIN_TOKEN"
# end

# sample: listDeliveries
curl "$BASE_URL/admin/deliveries?webhook=1&state=delivered" -H "Authorization: Bearer $ADMIN_TOKEN"
# end

# sample: readDelivery
curl "$BASE_URL/admin/deliveries/msg_2001_1" -H "Authorization: Bearer $ADMIN_TOKEN"
# end

# sample: replayDelivery
curl -X POST "$BASE_URL/admin/deliveries/msg_2001_1/replay" -H "Authorization: Bearer $ADMIN_TOKEN"
# end

# sample: replayDeliveries
curl "$BASE_URL/admin/webhooks/1/replay" \
  -H "Authorization: Bearer $ADMIN_TOKEN" \
  --json '{"since": "2026-11-21T01:00:00Z"}'
# end

# sample: deleteWebhook
curl -X DELETE "$BASE_URL/admin/webhooks/1" -H "Authorization: Bearer $ADMIN_TOKEN" -H 'If-Match: *'
# end

( BASE_URL=$SETUP_URL # of a server without users
# sample: setUpAdministrator
curl "$BASE_URL/admin/setup" --json @- <<EOF
{"token": "$SETUP_TOKEN", "username": "gu.qinghe", "password": "$NEW_PASSWORD"}
EOF
# end
)

# sample: signInAdministrator
curl "$BASE_URL/admin/session" --json @- <<EOF
{"account": "admin", "password": "$ADMIN_PASSWORD"}
EOF
# end

# sample: readAdministrator
curl "$BASE_URL/admin/me" -H "Authorization: Bearer $ADMIN_TOKEN"
# end

# sample: listUsers
curl "$BASE_URL/admin/users?organisation=10020027&limit=20" -H "Authorization: Bearer $ADMIN_TOKEN"
# end

# sample: addUser
curl "$BASE_URL/admin/users" \
  -H "Authorization: Bearer $ADMIN_TOKEN" \
  -H 'Idempotency-Key: enrolment-2026-117' \
  --json '{"username": "gu.qinghe", "nickname": "清和", "mobile": "13900139000", "mobileVerified": true}'
# end

# sample: findSessions
curl "$BASE_URL/admin/sessions?user=3" -H "Authorization: Bearer $ADMIN_TOKEN"
# end

# sample: endAnySession
curl -X DELETE "$BASE_URL/admin/sessions/1006" -H "Authorization: Bearer $ADMIN_TOKEN"
# end

# sample: readUser
curl -i "$BASE_URL/admin/users/3" -H "Authorization: Bearer $ADMIN_TOKEN"
# end
ETAG=$(etag)

# sample: changeUser
curl -X PATCH "$BASE_URL/admin/users/3" \
  -H "Authorization: Bearer $ADMIN_TOKEN" \
  -H "If-Match: $ETAG" \
  --json '{"remark": "已核对姓名", "company": "云栖书店"}'
# end

# sample: setUserRole
curl -X PUT "$BASE_URL/admin/users/3/role" \
  -H "Authorization: Bearer $ADMIN_TOKEN" \
  -H 'If-Match: *' \
  --json '{"role": "administrator"}'
# end

# sample: setUserPassword
curl "$BASE_URL/admin/users/3/password" -H "Authorization: Bearer $ADMIN_TOKEN" --json '{}'
# end

# sample: listMembershipsOfUser
curl "$BASE_URL/admin/users/3/memberships" -H "Authorization: Bearer $ADMIN_TOKEN"
# end

# sample: setMembership
curl -X PUT "$BASE_URL/admin/users/3/memberships/10020027" \
  -H "Authorization: Bearer $ADMIN_TOKEN" \
  --json '{"roles": ["js_000008"]}'
# end

# sample: removeMembership
curl -X DELETE "$BASE_URL/admin/users/5/memberships/10020027" \
  -H "Authorization: Bearer $ADMIN_TOKEN"
# end

# sample: previewAnswer
curl "$BASE_URL/admin/users/3/answers" \
  -H "Authorization: Bearer $ADMIN_TOKEN" \
  --json '{"dialect": "jfinal"}'
# end

# sample: exportUser
curl "$BASE_URL/admin/users/3/data" -H "Authorization: Bearer $ADMIN_TOKEN"
# end

# sample: endSessionsOfUser
curl -X DELETE "$BASE_URL/admin/users/3/sessions" -H "Authorization: Bearer $ADMIN_TOKEN"
# end

# sample: listLockouts
curl "$BASE_URL/admin/lockouts" -H "Authorization: Bearer $ADMIN_TOKEN"
# end

# sample: unlockUser
curl -X DELETE "$BASE_URL/admin/users/3/lockout" -H "Authorization: Bearer $ADMIN_TOKEN"
# end

# sample: unlockClientIp
curl -X DELETE "$BASE_URL/admin/lockouts/203.0.113.7" -H "Authorization: Bearer $ADMIN_TOKEN"
# end

# sample: mergeUser
curl "$BASE_URL/admin/users/6/merge" \
  -H "Authorization: Bearer $ADMIN_TOKEN" \
  --json '{"into": "3"}'
# end

# sample: eraseUser
curl -X DELETE "$BASE_URL/admin/users/3" -H "Authorization: Bearer $ADMIN_TOKEN" -H 'If-Match: *'
# end

# sample: signOutAdministrator
curl -X DELETE "$BASE_URL/admin/session" -H "Authorization: Bearer $ADMIN_TOKEN"
# end
