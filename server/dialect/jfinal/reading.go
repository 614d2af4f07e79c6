package jfinal

import "quartet/server/request"

// rules: JFinal's getModel takes null as not given, and an empty text as no number.
var rules = request.Rules{NullIsAbsent: true, EmptyNumberIsAbsent: true}
