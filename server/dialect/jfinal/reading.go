package jfinal

import "quartet/server/request"

// rules read null and an empty number as missing, as JFinal's getModel does.
var rules = request.Rules{NullIsAbsent: true, EmptyNumberIsAbsent: true}
