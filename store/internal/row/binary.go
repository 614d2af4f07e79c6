package row

import (
	"database/sql/driver"
	"encoding/hex"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgtype"
)

// Digest is a SHA-256 or an HMAC of it in 64 lower-case hexadecimal characters.
// SQLite and MySQL keep its 32 bytes, in the row and in the index; PostgreSQL the text,
// which servers of older versions look for beside this one. Any other text is
// kept as it is, so that nothing can be lost.
type Digest string

// GUID is a UUID as RFC 9562 writes it, in lower case. It is kept as a Digest is,
// on SQLite and MySQL in 16 bytes.
type GUID string

const (
	digestBytes = 32
	guidBytes   = 16
)

// Value is the column's value on SQLite and MySQL (driver.Valuer).
func (d Digest) Value() (driver.Value, error) {
	if packed, err := hex.DecodeString(string(d)); err == nil && len(packed) == digestBytes && isLower(string(d)) {
		return packed, nil
	}
	return string(d), nil
}

// TextValue is the column's value on PostgreSQL, whose driver asks for it first
// (pgtype.TextValuer).
func (d Digest) TextValue() (pgtype.Text, error) {
	return pgtype.Text{String: string(d), Valid: true}, nil
}

// Scan reads a column of any engine (sql.Scanner).
func (d *Digest) Scan(column any) error {
	packed, text, err := unpack(column, digestBytes)
	if packed != nil {
		text = hex.EncodeToString(packed)
	}
	*d = Digest(text)
	return err
}

// Value is the column's value on SQLite and MySQL (driver.Valuer).
func (g GUID) Value() (driver.Value, error) {
	if packed, err := uuid.Parse(string(g)); err == nil && packed.String() == string(g) {
		return packed[:], nil
	}
	return string(g), nil
}

// TextValue is the column's value on PostgreSQL, whose driver asks for it first
// (pgtype.TextValuer).
func (g GUID) TextValue() (pgtype.Text, error) {
	return pgtype.Text{String: string(g), Valid: true}, nil
}

// Scan reads a column of any engine (sql.Scanner).
func (g *GUID) Scan(column any) error {
	packed, text, err := unpack(column, guidBytes)
	if packed != nil {
		text = uuid.UUID(packed).String()
	}
	*g = GUID(text)
	return err
}

// unpack tells the bytes of a packed value from a text that is as it was written.
func unpack(column any, size int) (packed []byte, text string, err error) {
	switch value := column.(type) {
	case string:
		return nil, value, nil
	case []byte:
		if len(value) == size {
			return value, "", nil
		}
		if utf8.Valid(value) { // MySQL gives every text as bytes
			return nil, string(value), nil
		}
		return nil, "", fmt.Errorf("%d bytes are not %d", len(value), size)
	default:
		return nil, "", fmt.Errorf("%T is no text", column)
	}
}

func isLower(text string) bool { return text == strings.ToLower(text) }
