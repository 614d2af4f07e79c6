package providers

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"strconv"
	"strings"

	"quartet/server/account"
)

var _ account.OldBackEnd = FallbackSimulator{}

// FallbackSimulator simulates an old back end for a demonstration: a token that begins
// with old- is an invented user's, the same token always the same one's. It knows no
// passwords.
type FallbackSimulator struct{}

// UserOfPassword knows nobody.
func (FallbackSimulator) UserOfPassword(context.Context, string, string) (*account.ImportedUser, error) {
	return nil, nil
}

// UserOfToken gives the invented user of a token.
func (FallbackSimulator) UserOfToken(_ context.Context, token string) (*account.ImportedUser, error) {
	if !strings.HasPrefix(token, "old-") {
		return nil, nil
	}
	sum := sha256.Sum256([]byte(token))
	number := binary.BigEndian.Uint32(sum[:])
	return &account.ImportedUser{
		Alias:   strconv.FormatUint(uint64(number), 10),
		NewUser: account.NewUser{Profile: account.Profile{Nickname: new(nicknames[number%uint32(len(nicknames))])}},
	}, nil
}
