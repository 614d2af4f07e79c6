// Package all lists the dialects that the server speaks. A new dialect is added
// here; everything else follows from the list.
package all

import (
	"quartet/server/dialect"
	"quartet/server/dialect/cas"
	"quartet/server/dialect/jeecg"
	"quartet/server/dialect/jfinal"
	"quartet/server/dialect/ruoyi"
	"quartet/server/dialect/yudao"
)

// Dialects are in the order of their documents.
var Dialects = dialect.List{&jeecg.Dialect, &yudao.Dialect, &cas.Dialect, &ruoyi.Dialect, &jfinal.Dialect}

// API is the handlers of all dialects. Their types are embedded by an alias,
// because all of them are called API.
type API struct {
	jeecgAPI
	yudaoAPI
	casAPI
	ruoyiAPI
	jfinalAPI
}

type (
	jeecgAPI  = jeecg.API
	yudaoAPI  = yudao.API
	casAPI    = cas.API
	ruoyiAPI  = ruoyi.API
	jfinalAPI = jfinal.API
)

// NewAPI gives every dialect's handlers what they work with.
func NewAPI(s dialect.Services) API {
	return API{
		jeecgAPI{Services: s}, yudaoAPI{Services: s}, casAPI{Services: s}, ruoyiAPI{Services: s}, jfinalAPI{Services: s},
	}
}
