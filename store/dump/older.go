package dump

import "github.com/go-json-experiment/json/jsontext"

// renamedIn is the migration that renamed columns and dialects.
const renamedIn = 6

// renamedColumns are the old names of columns of sessions and audit_events.
var renamedColumns = map[string]string{"style": "dialect", "address": "client_ip"}

// renamedDialects are the old values of the column dialect.
var renamedDialects = map[string]string{
	`"result"`: `"jeecg"`, `"data"`: `"yudao"`, `"status"`: `"cas"`, `"flat"`: `"ruoyi"`, `"state"`: `"jfinal"`,
}

// addedColumn is a column that a migration added to an exported table.
type addedColumn struct {
	migration int64 // its number
	value     any   // of rows of older files
}

// addedColumns are those columns. The rows of older files lack them.
var addedColumns = map[string]addedColumn{
	"sessions.access_used_at": {8, nil}, "users.closing_at": {11, nil},
	"organisations.version": {13, int64(0)}, "roles.version": {13, int64(0)}, "applications.version": {13, int64(0)},
	"roles.administers": {13, false},
}

// upgrade renames the members and values of a row that was written before that
// migration, as the migration does in a database.
func upgrade(table string, members map[string]jsontext.Value) {
	if table != "sessions" && table != "audit_events" {
		return
	}
	for before, since := range renamedColumns {
		if value, present := members[before]; present {
			delete(members, before)
			members[since] = value
		}
	}
	if since, renamed := renamedDialects[string(members["dialect"])]; renamed {
		members["dialect"] = jsontext.Value(since)
	}
}
