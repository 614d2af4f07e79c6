package yudao

import "quartet/server/dialect"

// rules are Jackson's, as Spring configures it.
var rules = dialect.Jackson
