package account_test

import (
	"context"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"quartet/server/account"
	"quartet/server/apierr"
	"quartet/store"
)

// scene is a world in which li, who may do anything, has signed in, and other
// is there. ctx comes from an operation.
type scene struct {
	*world
	ctx   context.Context
	li    account.Caller
	other int64
}

const operator = "198.51.100.9"

func newScene(t *testing.T, adjust ...func(*account.Config)) *scene {
	t.Helper()
	w := newWorld(t, adjust...)
	w.add("li", role(store.RoleSuperAdministrator), mobile(lisMobile, true))
	other := w.add("zhao")
	return &scene{
		world: w, other: other, li: w.authenticated(w.enter("li").AccessToken),
		ctx: account.WithRequestInfo(t.Context(), account.RequestInfo{Dialect: "jfinal", ClientIP: operator}),
	}
}

// events gives the events after an id; all kinds without any.
func (w *world) events(after int64, kinds ...string) []account.AuditEvent {
	w.t.Helper()
	events, err := w.ListAudit(w.t.Context(), account.AuditFilter{AfterID: after, Kinds: kinds, Limit: 1000})
	must(w.t, err)
	return events
}

// lastEvent is the id of the newest event, 0 where there is none.
func (w *world) lastEvent() int64 {
	w.t.Helper()
	return w.number("SELECT COALESCE(MAX(id), 0) FROM audit_events")
}

var (
	keyedIndex = regexp.MustCompile(`[0-9a-f]{64}`)
	secretID   = regexp.MustCompile(`"secret_id":[0-9]+`)
)

// told is an event in words: who, to whom, dialect, address and detail.
func (s *scene) told(e account.AuditEvent) string {
	name := func(id *int64) string {
		switch {
		case id == nil:
			return "-"
		case *id == s.li.UserID:
			return "li"
		case *id == s.other:
			return "zhao"
		default:
			return "new"
		}
	}
	session := "-"
	if e.SessionID != nil {
		session = "another"
		if *e.SessionID == s.li.SessionID {
			session = "own"
		}
	}
	detail := keyedIndex.ReplaceAllString(e.Detail, "INDEX")
	detail = strings.ReplaceAll(detail, strconv.FormatInt(s.li.SessionID, 10), "OWN")
	detail = strings.ReplaceAll(detail, strconv.FormatInt(s.other, 10), "ZHAO")
	detail = strings.ReplaceAll(detail, strconv.FormatInt(s.li.UserID, 10), "LI")
	detail = secretID.ReplaceAllString(detail, `"secret_id":ID`)
	detail = deliveryID.ReplaceAllString(webhookID.ReplaceAllString(detail, `"webhook":ID`), `"delivery":ID`)
	return strings.Join([]string{name(e.ActorID), name(e.SubjectID), session, e.Dialect, e.ClientIP, detail}, " ")
}

func TestEveryKindIsWrittenByItsRule(t *testing.T) {
	t.Parallel()
	const beside = "- - - command_line  "
	cases := map[string]auditCase{
		account.AuditSignIn: {func(s *scene) error {
			_, err := s.tryPassword("zhao", goodPassword, home)
			return err
		}, `zhao zhao another jfinal 192.0.2.1 {"way":"password"}`},
		account.AuditSignInFailed: {func(s *scene) error {
			s.fail("zhao", home, 1)
			return nil
		}, `- zhao - jfinal 192.0.2.1 {"account":"INDEX","reason":"wrong","way":"password"}`},
		account.AuditLockout: {func(s *scene) error {
			s.fail("zhao", home, 6)
			return nil
		}, `- zhao - jfinal 192.0.2.1 {"account":"INDEX","reason":"locked","way":"password"}`},
		account.AuditCodeSent: {func(s *scene) error {
			s.code(account.PurposeSignIn, lisMobile)
			return nil
		}, `- - - yudao 192.0.2.1 {"mobile":"INDEX","purpose":"sign_in"}`},
		account.AuditSignOut: {func(s *scene) error {
			return s.SignOut(s.ctx, s.li)
		}, `li li own jfinal 198.51.100.9 {}`},
		account.AuditSessionEnded: {func(s *scene) error {
			return s.EndSession(s.ctx, s.li, s.enter("li").Session.ID)
		}, `li li another jfinal 198.51.100.9 {"by_session":OWN,"reason":"ended_by_owner"}`},
		account.AuditSessionReplaced: {func(s *scene) error {
			s.enterByCode(lisMobile)
			s.li.SessionID = s.enterByCode(lisMobile).Session.ID
			return nil
		}, `li li another yudao 192.0.2.1 {"by_session":OWN,"reason":"replaced"}`},
		account.AuditRefreshReused: {func(s *scene) error {
			grant := s.enterByCode(lisMobile)
			next := s.refresh(grant.AccessToken, grant.RefreshToken)
			s.refresh(next, grant.RefreshToken)
			for range 2 { // ended once
				_, err := s.Refresh(s.ctx, grant.AccessToken, grant.RefreshToken)
				wantFailure(s.t, err, apierr.RefreshReused)
			}
			return nil
		}, `- li another jfinal 198.51.100.9 {"generation":1,"newest_generation":3,"reason":"refresh_reused"}`},
		account.AuditPasswordSet: {func(s *scene) error {
			grant := s.enterByCode("13900004444")
			return s.ChangePassword(s.ctx, s.authenticated(grant.AccessToken), grant.User.ID, otherPassword, nil)
		}, `new new another jfinal 198.51.100.9 {"ended_sessions":0}`},
		account.AuditPasswordChanged: {func(s *scene) error {
			s.enter("li")
			return s.ChangePassword(s.ctx, s.li, s.li.UserID, otherPassword, new(goodPassword))
		}, `li li own jfinal 198.51.100.9 {"ended_sessions":1}`},
		account.AuditPasswordReset: {func(s *scene) error {
			s.enter("zhao")
			return s.ChangePassword(s.ctx, s.li, s.other, otherPassword, nil)
		}, `li zhao own jfinal 198.51.100.9 {"ended_sessions":1}`},
		account.AuditPasswordRefused: {func(s *scene) error {
			err := s.ChangePassword(s.ctx, s.li, s.li.UserID, otherPassword, new(wrongPassword))
			wantFailure(s.t, err, apierr.WrongOldPassword)
			return nil
		}, `li li own jfinal 198.51.100.9 {"reason":"wrong"}`},
		account.AuditMobileVerified: {func(s *scene) error {
			code := s.code(account.PurposeVerifyMobile, "13900004444")
			return s.VerifyMobile(s.ctx, s.li, "13900004444", code, account.Proof{})
		}, `li li own jfinal 198.51.100.9 {"ended_sessions":0,"mobile":"INDEX"}`},
		account.AuditCodeRefused: {func(s *scene) error {
			wantFailure(s.t, s.VerifyMobile(s.ctx, s.li, "13900004444", "000000", account.Proof{}), apierr.WrongCode)
			return nil
		}, `li li own jfinal 198.51.100.9 {"account":"INDEX","purpose":"verify_mobile","reason":"wrong"}`},
		account.AuditAccountClosed: {func(s *scene) error {
			_, err := s.CloseAccount(s.ctx, s.authenticated(s.enter("zhao").AccessToken), account.Proof{})
			return err
		}, `zhao zhao another jfinal 198.51.100.9 {"ended_sessions":1}`},
		account.AuditAccountReopened: {func(s *scene) error {
			_, err := s.CloseAccount(s.ctx, s.authenticated(s.enter("zhao").AccessToken), account.Proof{})
			s.enter("zhao")
			return err
		}, `zhao zhao another jfinal 192.0.2.1 {}`},
		account.AuditUserErased: {func(s *scene) error {
			return s.CommandLine().EraseUser(s.t.Context(), s.other)
		}, `- zhao - command_line  {}`},
		account.AuditDataCopied: {func(s *scene) error {
			_, err := s.CopyData(s.ctx, s.li)
			return err
		}, `li li own jfinal 198.51.100.9 {}`},
		account.AuditMobileUnverified: {func(s *scene) error {
			id := s.add("sun", mobile("13900005555", true), email("sun@example.com", true))
			return s.CommandLine().SetUser(s.t.Context(), id, account.SetUser{MobileVerified: new(false)})
		}, `- new - command_line  {}`},
		account.AuditEmailVerified: {func(s *scene) error {
			id := s.add("sun", mobile("13900005555", true), email("sun@example.com", false))
			return s.CommandLine().SetUser(s.t.Context(), id, account.SetUser{EmailVerified: new(true)})
		}, `- new - command_line  {"way":"vouched"}`},
		account.AuditEmailUnverified: {func(s *scene) error {
			id := s.add("sun", mobile("13900005555", true), email("sun@example.com", true))
			return s.CommandLine().SetUser(s.t.Context(), id, account.SetUser{EmailVerified: new(false)})
		}, `- new - command_line  {}`},
		account.AuditUserCreated: {func(s *scene) error {
			_, err := s.CreateUser(s.ctx, &s.li, home, account.NewUser{Username: "sun"})
			return err
		}, `li new own jfinal 198.51.100.9 {"way":"administrator"}`},
		account.AuditUsersImported: {func(s *scene) error {
			_, err := s.NewImporter(account.ImportOptions{Source: "jpress"}).Import(s.t.Context(), []account.ImportedUser{{Alias: "1"}, {Alias: "2"}})
			return err
		}, beside + `{"source":"jpress","users":2}`},
		account.AuditMembershipsImported: {func(s *scene) error {
			i := s.NewImporter(account.ImportOptions{Source: "ruoyi"})
			_, err := i.ImportDepartments(s.t.Context(), []account.ImportedEntry{{Alias: "103", Name: "研发部门"}})
			must(s.t, err)
			_, err = i.Import(s.t.Context(), []account.ImportedUser{{Alias: "1"}})
			must(s.t, err)
			_, err = i.ImportMemberships(s.t.Context(), []account.ImportedMembership{{User: "1", Department: "103"}})
			return err
		}, beside + `{"memberships":1,"source":"ruoyi"}`},
		account.AuditUserUpdated: {func(s *scene) error {
			return s.UpdateUser(s.ctx, s.li, s.other, account.UserUpdate{
				Profile: account.Profile{Nickname: new("小赵"), GraduateSchool: new(""), IDCard: new("invented-0001"), Gender: new(1)},
				Remark:  new("remark"), Status: new(account.StatusOK),
			})
		}, `li zhao own jfinal 198.51.100.9 {"fields":["gender","idcard","nickname","remark"]}`},
		account.AuditUserDisabled: {func(s *scene) error {
			return s.UpdateUser(s.ctx, s.li, s.other, account.UserUpdate{Status: new(account.StatusLocked)})
		}, `li zhao own jfinal 198.51.100.9 {}`},
		account.AuditUserEnabled: {func(s *scene) error {
			must(s.t, s.CommandLine().DisableUser(s.t.Context(), s.other))
			return s.CommandLine().EnableUser(s.t.Context(), s.other)
		}, `- zhao - command_line  {}`},
		account.AuditUserRoleChanged: {func(s *scene) error {
			return s.CommandLine().SetRole(s.t.Context(), s.other, store.RoleAdministrator)
		}, `- zhao - command_line  {"role":"administrator"}`},
		account.AuditUserUnlocked: {func(s *scene) error {
			s.fail("zhao", home, 1)
			return errorOf(s.CommandLine().UnlockUser(s.t.Context(), s.other))
		}, `- zhao - command_line  {"counters":3}`},
		account.AuditClientIPUnlocked: {func(s *scene) error {
			s.fail("zhao", elsewhere, 1)
			return errorOf(s.CommandLine().UnlockClientIP(s.t.Context(), elsewhere))
		}, `- - - command_line 192.0.2.2 {"counters":3}`},
		account.AuditMembershipAdded: {func(s *scene) error {
			return s.CommandLine().AddMembership(s.t.Context(), s.other, "north", "teacher")
		}, `- zhao - command_line  {"organisation":"north","role":"teacher"}`},
		account.AuditMembershipRemoved: {func(s *scene) error {
			must(s.t, s.CommandLine().AddMembership(s.t.Context(), s.other, "north", ""))
			return s.CommandLine().RemoveMembership(s.t.Context(), s.other, "north", "")
		}, `- zhao - command_line  {"organisation":"north"}`},
		account.AuditOrganisationAdded: {func(s *scene) error {
			_, err := s.CommandLine().AddOrganisation(s.t.Context(), "south", "南校区")
			return err
		}, beside + `{"organisation":"south"}`},
		account.AuditOrganisationRenamed: {func(s *scene) error {
			return s.CommandLine().RenameOrganisation(s.t.Context(), "north", "新名")
		}, beside + `{"organisation":"north"}`},
		account.AuditOrganisationDeleted: {func(s *scene) error {
			return s.CommandLine().DeleteOrganisation(s.t.Context(), "north")
		}, beside + `{"organisation":"north"}`},
		account.AuditOrganisationDisabled: {func(s *scene) error {
			return s.CommandLine().DisableOrganisation(s.t.Context(), "north")
		}, beside + `{"organisation":"north"}`},
		account.AuditOrganisationEnabled: {func(s *scene) error {
			must(s.t, s.CommandLine().DisableOrganisation(s.t.Context(), "north"))
			return s.CommandLine().EnableOrganisation(s.t.Context(), "north")
		}, beside + `{"organisation":"north"}`},
		account.AuditRoleAdded: {func(s *scene) error {
			_, err := s.CommandLine().AddRole(s.t.Context(), "pupil", "学生", false)
			return err
		}, beside + `{"role":"pupil"}`},
		account.AuditRoleRenamed: {func(s *scene) error {
			return s.CommandLine().RenameRole(s.t.Context(), "teacher", "新名")
		}, beside + `{"role":"teacher"}`},
		account.AuditRoleDeleted: {func(s *scene) error {
			return s.CommandLine().DeleteRole(s.t.Context(), "teacher")
		}, beside + `{"role":"teacher"}`},
		account.AuditRoleDisabled: {func(s *scene) error {
			return s.CommandLine().DisableRole(s.t.Context(), "teacher")
		}, beside + `{"role":"teacher"}`},
		account.AuditRoleAdministers: {func(s *scene) error {
			_, err := s.CommandLine().ChangeRole(s.t.Context(), "teacher", account.RoleChange{Administers: new(true)})
			return err
		}, beside + `{"administers":"true","role":"teacher"}`},
		account.AuditRoleEnabled: {func(s *scene) error {
			must(s.t, s.CommandLine().DisableRole(s.t.Context(), "teacher"))
			return s.CommandLine().EnableRole(s.t.Context(), "teacher")
		}, beside + `{"role":"teacher"}`},
		account.AuditApplicationAdded: {func(s *scene) error {
			_, err := s.CommandLine().AddApplication(s.t.Context(), "portal", "门户", []string{account.RightNickname})
			return err
		}, beside + `{"application":"portal","rights":["nickname"]}`},
		account.AuditApplicationRenamed: {func(s *scene) error {
			return s.CommandLine().RenameApplication(s.t.Context(), "app", "新名")
		}, beside + `{"application":"app"}`},
		account.AuditApplicationDeleted: {func(s *scene) error {
			return s.CommandLine().DeleteApplication(s.t.Context(), "app")
		}, beside + `{"application":"app"}`},
		account.AuditApplicationDisabled: {func(s *scene) error {
			return s.CommandLine().DisableApplication(s.t.Context(), "app")
		}, beside + `{"application":"app"}`},
		account.AuditApplicationEnabled: {func(s *scene) error {
			must(s.t, s.CommandLine().DisableApplication(s.t.Context(), "app"))
			return s.CommandLine().EnableApplication(s.t.Context(), "app")
		}, beside + `{"application":"app"}`},
		account.AuditApplicationRights: {func(s *scene) error {
			return s.CommandLine().SetApplicationRights(s.t.Context(), "app", []string{account.RightNickname})
		}, beside + `{"application":"app","rights":["nickname"]}`},
		account.AuditApplicationLinked: {func(s *scene) error {
			return s.CommandLine().AddApplicationOrganisation(s.t.Context(), "app", "north")
		}, beside + `{"application":"app","organisation":"north"}`},
		account.AuditApplicationUnlinked: {func(s *scene) error {
			must(s.t, s.CommandLine().AddApplicationOrganisation(s.t.Context(), "app", "north"))
			return s.CommandLine().RemoveApplicationOrganisation(s.t.Context(), "app", "north")
		}, beside + `{"application":"app","organisation":"north"}`},
		account.AuditApplicationSecretAdded: {func(s *scene) error {
			_, err := s.CommandLine().AddApplicationSecret(s.t.Context(), "app")
			return err
		}, beside + `{"application":"app","secret_id":ID}`},
		account.AuditApplicationSecretRevoked: {func(s *scene) error {
			id, _ := s.secret("app")
			return s.CommandLine().RevokeApplicationSecret(s.t.Context(), "app", id)
		}, beside + `{"application":"app","secret_id":ID}`},
		account.AuditApplicationRefused: {func(s *scene) error {
			wantFailure(s.t, errorOf(s.ProveApplication(s.ctx, "app", "qas_wrong", operator)), apierr.WrongApplicationSecret)
			return nil
		}, `- - - jfinal 198.51.100.9 {"application":"app","reason":"wrong_application_secret","way":"secret"}`},
		account.AuditWeChatAppSet: {func(s *scene) error {
			return s.CommandLine().SetWeChatApp(s.t.Context(), "app", account.WeChatCredentials{Kind: account.WeChatWebsite, AppID: "wxweb", Secret: webSecret})
		}, beside + `{"application":"app","wechat_app_id":"wxweb","wechat_kind":"website"}`},
		account.AuditWeChatAppRemoved: {func(s *scene) error {
			must(s.t, s.CommandLine().SetWeChatApp(s.t.Context(), "app", account.WeChatCredentials{Kind: account.WeChatWebsite, AppID: "wxweb", Secret: webSecret}))
			return s.CommandLine().RemoveWeChatApp(s.t.Context(), "app")
		}, beside + `{"application":"app"}`},
		account.AuditWeChatLinked: {func(s *scene) error {
			s.weChat.people = map[string]account.WeChatIdentity{"a": {AppID: "app", OpenID: "open"}}
			return s.LinkWeChat(s.ctx, s.li, "", "a", operator)
		}, `li li own jfinal 198.51.100.9 {"ended_sessions":0}`},
		account.AuditWeChatRefused: {func(s *scene) error {
			s.weChat.people = map[string]account.WeChatIdentity{"a": {AppID: "app", OpenID: "open"}}
			s.enterByWeChat("a")
			wantFailure(s.t, s.LinkWeChat(s.ctx, s.li, "", "a", operator), apierr.WeChatTaken)
			return nil
		}, `li li own jfinal 198.51.100.9 {"reason":"wechat_taken"}`},
		account.AuditUserMerged: {func(s *scene) error {
			_, err := s.MergeIntoCaller(s.ctx, s.li, account.Merge{OtherToken: s.enter("zhao").AccessToken})
			return err
		}, `li zhao own jfinal 198.51.100.9 {"into":LI}`},
		account.AuditUserMergedInto: {func(s *scene) error {
			return s.CommandLine().MergeUsers(s.ctx, s.other, s.li.UserID)
		}, `- li - command_line 198.51.100.9 {"ended_sessions":1,"from":ZHAO}`},
		account.AuditMergeRefused: {func(s *scene) error {
			_, err := s.MergeIntoCaller(s.ctx, s.li, account.Merge{OtherToken: "nonsense"})
			wantFailure(s.t, err, apierr.FreshProofRequired)
			return nil
		}, `li li own jfinal 198.51.100.9 {"reason":"unauthenticated"}`},
		account.AuditKeyRotated: {func(s *scene) error {
			_, err := s.CommandLine().RotateSigningKey(s.t.Context(), keyFolder{}, "RS256", time.Minute)
			return err
		}, beside + `{"algorithm":"RS256","kid":"2","overlap":"1m0s"}`},
		account.AuditKeyRetired: {func(s *scene) error {
			return s.CommandLine().RetireSigningKey(s.t.Context(), keyFolder{}, "1", true)
		}, beside + `{"forced":"true","kid":"1"}`},
	}
	maps.Copy(cases, webhookCases(beside))
	wantEqual(t, "kinds with a case", fmt.Sprint(slices.Sorted(maps.Keys(cases))), fmt.Sprint(slices.Sorted(slices.Values(account.AuditKinds()))))
	for kind, c := range cases {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			s := newScene(t)
			s.addAdminData()
			before := s.lastEvent()
			must(t, c.act(s))
			events := s.events(before, kind)
			if len(events) != 1 {
				t.Fatalf("%d events", len(events))
			}
			wantEqual(t, "event", s.told(events[0]), c.want)
			if age := s.clock.Now().Sub(events[0].At.Time()); age < 0 || age > 2*time.Minute {
				t.Errorf("the event is from %s", events[0].At.Time())
			}
		})
	}
}

// addAdminData adds what the command line then changes.
func (s *scene) addAdminData() {
	s.t.Helper()
	_, err := s.CommandLine().AddOrganisation(s.t.Context(), "north", "北校区")
	must(s.t, err)
	_, err = s.CommandLine().AddRole(s.t.Context(), "teacher", "教师", false)
	must(s.t, err)
	_, err = s.CommandLine().AddApplication(s.t.Context(), "app", "应用", nil)
	must(s.t, err)
}

// keyFolder is a folder in which every key can be made and removed.
type keyFolder struct{}

func (keyFolder) List() []account.SigningKey { return nil }

func (keyFolder) Rotate(algorithm string, _ time.Duration) (account.SigningKey, error) {
	return account.SigningKey{KID: "2", Algorithm: algorithm}, nil
}

func (keyFolder) Withdraw(string) error { return nil }

func (keyFolder) Retire(string, bool) error { return nil }
