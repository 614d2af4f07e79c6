package jeecg

import "quartet/server/request"

// rules read an empty parameter or form field as a missing one, because browsers send
// empty inputs so.
var rules = request.Rules{EmptyNumberIsAbsent: true}
