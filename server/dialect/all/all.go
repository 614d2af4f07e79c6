// Package all lists the server's dialects. A new dialect is added here; everything else
// follows from the list.
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

// API has the handlers of all dialects. They are embedded by aliases, because all of
// them are called API.
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

// Previewers make answers about a user, by the names of their dialects.
func (a API) Previewers() map[string]dialect.Previewer {
	return map[string]dialect.Previewer{
		jeecg.Dialect.Name: a.jeecgAPI, yudao.Dialect.Name: a.yudaoAPI, cas.Dialect.Name: a.casAPI,
		ruoyi.Dialect.Name: a.ruoyiAPI, jfinal.Dialect.Name: a.jfinalAPI,
	}
}

// NewAPI creates the handlers of every dialect.
func NewAPI(s dialect.Services) API {
	return API{
		jeecgAPI{Services: s}, yudaoAPI{Services: s}, casAPI{Services: s}, ruoyiAPI{Services: s}, jfinalAPI{Services: s},
	}
}
