package mysql

import (
	"database/sql/driver"
	"errors"
	"slices"
	"strings"

	"github.com/go-sql-driver/mysql"

	"quartet/store/internal/engine"
)

// The error numbers of the servers:
//   - MySQL: https://dev.mysql.com/doc/mysql-errors/8.4/en/server-error-reference.html
//   - MariaDB: https://mariadb.com/kb/en/mariadb-error-code-reference/
//   - TiDB: https://docs.pingcap.com/tidb/stable/error-codes
//   - OceanBase: https://www.oceanbase.ai/docs/error-code-6000-6999
const (
	duplicateKey    = 1062
	noSuchTable     = 1146
	unknownVariable = 1193
)

var (
	// dangling are the codes of a violated foreign key.
	dangling = []uint16{1216, 1217, 1451, 1452}

	// retryable are the codes after which the transaction is rolled back and can be run
	// again.
	retryable = []uint16{
		1020,             // MariaDB: the row has changed since it was read
		1205,             // lock wait timeout; on OceanBase a deadlock too
		1213,             // deadlock; on Galera a conflict with another node, also at COMMIT
		1615,             // the table of a prepared statement has changed again and again
		6235,             // OceanBase: the row has changed since the transaction began
		8002, 8005, 9007, // TiDB: write conflict
		8022, 8028, // TiDB: the commit is undone, the schema has changed
	}

	// unavailable are the codes that mean that the server cannot be used now.
	unavailable = []uint16{
		// Disk, memory and storage engine.
		1021, 1023, 1024, 1026, 1028, 1030, 1037, 1038, 1041, 1114, 1135,
		// Connections and accounts.
		1040, 1042, 1044, 1045, 1049, 1129, 1130, 1152, 1158, 1159, 1160, 1161, 1184, 1203, 1226, 1698, 1927, 3169, 4031,
		// Shutdown, interruption and statement timeout.
		1053, 1080, 1317, 1969, 3024,
		// Read-only servers and transactions.
		1290, 1792, 1836,
		// Galera: a node outside the primary component, and a COMMIT of unknown outcome.
		1047, 1180,
		// TiDB: an old schema, and storage that cannot be reached or is busy.
		8027, 9001, 9002, 9003, 9004, 9005,
		// OceanBase: timeout, no memory, a transaction that was rolled back.
		4012, 4013, 6002,
	}

	// refused are the codes of a value that the column does not accept.
	refused = []uint16{1048, 1118, 1153, 1264, 1265, 1292, 1364, 1366, 1367, 1406, 1690, 3819, 4025, duplicateKey}
)

// isNumber reports whether the error is the server's and has one of the numbers.
func isNumber(err error, numbers ...uint16) bool {
	failed, ok := errors.AsType[*mysql.MySQLError](err)
	return ok && slices.Contains(numbers, failed.Number)
}

// connectError is the errors of the hosts that could not be connected to, in one line.
type connectError []error

func (e connectError) Error() string {
	texts := make([]string, len(e))
	for i, err := range e {
		texts[i] = strings.ReplaceAll(err.Error(), "\n", ", ")
	}
	return "connect: " + strings.Join(texts, "; ")
}

func (e connectError) Unwrap() []error { return e }

// classify classifies an error. The driver returns driver.ErrBadConn only before it has
// sent anything, and for a server that has become read-only.
func classify(err error) engine.Class {
	var number uint16
	var message string
	if failed, ok := errors.AsType[*mysql.MySQLError](err); ok {
		number, message = failed.Number, failed.Message
	}
	is := func(numbers []uint16) bool { return slices.Contains(numbers, number) }
	_, connecting := errors.AsType[connectError](err)
	class := engine.Class{
		Dangling:     is(dangling),
		Refused:      is(refused) || is(dangling) || errors.Is(err, mysql.ErrPktTooLarge),
		Retry:        !connecting && (is(retryable) || errors.Is(err, driver.ErrBadConn)),
		Unavailable:  connecting || is(unavailable) || is(retryable) || lost(err),
		MissingTable: number == noSuchTable,
	}
	if number == duplicateKey {
		class.Conflict = violated(message)
	}
	return class
}

func lost(err error) bool {
	for _, sign := range []error{
		mysql.ErrInvalidConn, mysql.ErrMalformPkt, mysql.ErrPktSync, mysql.ErrPktSyncMul, mysql.ErrBusyBuffer,
	} {
		if errors.Is(err, sign) {
			return true
		}
	}
	return engine.Lost(err)
}

// violated reads the name of a unique index, "PRIMARY" for a primary key, from a
// message. The message contains the duplicate value too, so it is searched from the
// end: 'index' on MariaDB and OceanBase, 'table.index' on MySQL and TiDB.
func violated(message string) string {
	quoted := strings.TrimSuffix(message, "'")
	quoted = quoted[strings.LastIndexByte(quoted, '\'')+1:]
	return quoted[strings.LastIndexByte(quoted, '.')+1:]
}
