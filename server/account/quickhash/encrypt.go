package quickhash

import (
	"strconv"
	"strings"

	"quartet/server/fieldcrypt"
	"quartet/server/password"
)

const (
	prefix = "$quartet-sealed$"
	// longest is the length of the column on MySQL.
	longest = 1024
)

// bound is the context that binds a sealed hash to its user.
func bound(userID int64) string { return "user:" + strconv.FormatInt(userID, 10) + ":password" }

// Seal returns what is stored of a hash of a user: a quick hash sealed, any other one as it
// is. So is a quick one that would not fit into the column, which no user name of an
// ordinary length gives.
func Seal(sealer *fieldcrypt.Sealer, userID int64, hash string) string {
	if !password.IsQuick(hash) {
		return hash
	}
	if sealed := prefix + sealer.Seal(hash, bound(userID)); len(sealed) <= longest {
		return sealed
	}
	return hash
}

// Open returns the hash of what is stored of a user. The error is fieldcrypt.ErrDecrypt.
func Open(sealer *fieldcrypt.Sealer, userID int64, stored string) (string, error) {
	sealed, is := strings.CutPrefix(stored, prefix)
	if !is {
		return stored, nil
	}
	return sealer.Open(sealed, bound(userID))
}

// IsToWrap reports whether what is stored is a quick hash, sealed or not.
func IsToWrap(stored string) bool { return strings.HasPrefix(stored, prefix) || IsExposed(stored) }

// IsExposed reports whether what is stored is a quick hash that is not sealed, as programs
// stored them before.
func IsExposed(stored string) bool { return password.IsQuick(stored) }
