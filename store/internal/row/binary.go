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

// Digest is a SHA-256 or an HMAC of it in 64 lower-case hexadecimal characters. SQLite
// and MySQL store its 32 bytes, in the row and in the index; PostgreSQL stores the
// text, because servers of older versions that run beside this one look for that. Any
// other text is stored unchanged.
type Digest string

// GUID is a UUID in lower case (RFC 9562). It is stored like a Digest, on SQLite and
// MySQL in 16 bytes.
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

// TextValue is the column's value on PostgreSQL, whose driver prefers it to Value
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

// TextValue is the column's value on PostgreSQL, whose driver prefers it to Value
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

// unpack returns the text of a column's value: packed bytes or unchanged text.
func unpack(column any, size int) (packed []byte, text string, err error) {
	switch value := column.(type) {
	case string:
		return nil, value, nil
	case []byte:
		if len(value) == size {
			return value, "", nil
		}
		if utf8.Valid(value) { // MySQL returns every text as bytes
			return nil, string(value), nil
		}
		return nil, "", fmt.Errorf("%d bytes are not %d", len(value), size)
	default:
		return nil, "", fmt.Errorf("%T is no text", column)
	}
}

func isLower(text string) bool { return text == strings.ToLower(text) }
