package jeecg

import "quartet/server/request"

// rules: browsers send an empty input as an empty text.
var rules = request.Rules{EmptyNumberIsAbsent: true}
