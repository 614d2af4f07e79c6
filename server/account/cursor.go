package account

import (
	"crypto/subtle"
	"encoding/base64"
	"strings"

	"quartet/server/apierr"
)

// Cursor is where the next page of an operator's list begins. list names the list and its
// filters, position its last row. Only the same operator can use it, for the same list.
func (s Operator) Cursor(list, position string) string {
	return base64.RawURLEncoding.EncodeToString([]byte(position)) + "." + s.cursorMAC(list, position)
}

// CursorPosition returns the position of a cursor. The failure is InvalidField with field
// cursor, also for the cursor of another operator or list.
func (s Operator) CursorPosition(list, cursor string) (string, error) {
	encoded, mac, _ := strings.Cut(cursor, ".")
	position, err := base64.RawURLEncoding.DecodeString(encoded)
	if err != nil || subtle.ConstantTimeCompare([]byte(mac), []byte(s.cursorMAC(list, string(position)))) == 0 {
		return "", apierr.Field("cursor", apierr.BadFormat)
	}
	return string(position), nil
}

func (s Operator) cursorMAC(list, position string) string {
	return s.sealer.Index(strings.Join([]string{"cursor", s.identity(), list, position}, "\x00"))[:32]
}
