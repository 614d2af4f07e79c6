package cas

import (
	"encoding/json"
	"testing"

	"quartet/server/account"
)

// BenchmarkStageConvert turns what the rules found into an answer's bytes.
func BenchmarkStageConvert(b *testing.B) {
	member := account.Membership{
		ID: 10020027, Code: "10020027", Name: "云海职业高中",
		Roles: []account.MembershipRole{{ID: 1, Code: "js_000008", Name: "班主任"}},
	}
	info := account.AppUserInfo{
		UserID: 1000001, Username: new("lu.jiahe"), Nickname: "嘉禾", Gender: 1, Mobile: "13900001111",
		Memberships: []account.Membership{member, member},
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := json.Marshal(toUserInfo(info)); err != nil {
			b.Fatal(err)
		}
	}
}
