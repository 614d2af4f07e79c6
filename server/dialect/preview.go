package dialect

import "quartet/server/account"

// Preview is the answer of a dialect about a user, with the request that it is the answer to.
type Preview struct {
	Method, Path string
	Body         any // of a success, to be encoded as JSON
}

// Previewer makes the answer that a user gets about themselves. info is what an application
// with every right sees of the user.
type Previewer interface {
	PreviewUser(user account.User, info account.AppUserInfo) (Preview, error)
}
