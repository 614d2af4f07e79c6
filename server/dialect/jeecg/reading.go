package jeecg

import (
	"quartet/server/dialect"
	"quartet/server/request"
)

// rules are Jackson's, as Spring configures it, and the formats of a body of which
// document 000, which names no content type, leaves the choice to its clients.
var rules = func() request.Rules {
	made := dialect.Jackson
	made.MultipartForm, made.JSONForForm = true, true
	return made
}()
