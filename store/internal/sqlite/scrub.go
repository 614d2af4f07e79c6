package sqlite

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"

	"quartet/store/internal/engine"
)

// scrubChunk is the number of pages that one transaction overwrites.
const scrubChunk = 64

// maxScrubbed is the number of pages, 64 GiB, from which a page of another kind could be
// taken for one of a table: the first byte is that of a page number.
const maxScrubbed = 1 << 24

var (
	errTooLarge = errors.New("the file is too large to be scrubbed: run VACUUM")
	errLogInUse = errors.New("a reader keeps the write-ahead log from being emptied")
)

const (
	readPage  = "SELECT data FROM sqlite_dbpage WHERE pgno = ?"
	writePage = "UPDATE sqlite_dbpage SET data = ? WHERE pgno = ?"
)

// Scrub overwrites the unused parts of all pages, and empties the write-ahead log.
// secure_delete overwrites a row that is deleted, but not the copy that SQLite leaves
// where a row was before it moved to another page. Writes run in between.
func (e *Engine) Scrub(ctx context.Context) error {
	if err := e.inspect(ctx); err != nil {
		return err
	}
	o, err := e.opened()
	if err != nil {
		return err
	}
	var pages, autoVacuum int64
	if err := errors.Join(o.reader.db.GetContext(ctx, &pages, "PRAGMA page_count"),
		o.reader.db.GetContext(ctx, &autoVacuum, "PRAGMA auto_vacuum")); err != nil {
		return err
	}
	if pages >= maxScrubbed || autoVacuum != 0 { // auto-vacuum has pages of yet another kind
		return errTooLarge
	}
	var unclean []int64
	for page := int64(1); page <= pages; page++ {
		var data []byte
		if err := o.reader.db.GetContext(ctx, &data, readPage, page); err != nil {
			return err
		}
		if cleanPage(page, data) {
			unclean = append(unclean, page)
		}
		if len(unclean) == scrubChunk || page == pages {
			if err := e.WriteAlone(ctx, func(t engine.Tx) error { return cleanPages(ctx, t, unclean) }); err != nil {
				return err
			}
			unclean = unclean[:0]
		}
	}
	var busy, frames, moved int64
	// On the writer's connection, because no other may write meanwhile.
	if err := o.writer.db.QueryRowContext(ctx, "PRAGMA wal_checkpoint(TRUNCATE)").Scan(&busy, &frames, &moved); err != nil {
		return err
	}
	if busy != 0 {
		return errLogInUse
	}
	return nil
}

func cleanPages(ctx context.Context, t engine.Tx, pages []int64) error {
	for _, page := range pages {
		var data []byte
		if err := t.Get(ctx, &data, readPage, page); err != nil { // again: it can have changed
			return err
		}
		if !cleanPage(page, data) {
			continue
		}
		if _, err := t.Exec(ctx, writePage, data, page); err != nil {
			return err
		}
	}
	return nil
}

// cleanPage overwrites the unused part of a page of a table or an index, which lies
// between its list of cells and the first cell (sqlite.org/fileformat2.html, section
// 1.6). It reports whether that has changed anything.
func cleanPage(number int64, data []byte) (changed bool) {
	header := 0
	if number == 1 {
		header = 100
	}
	if len(data) < header+12 {
		return false
	}
	var size int
	switch data[header] {
	case 2, 5: // inner pages
		size = 12
	case 10, 13: // leaves
		size = 8
	default:
		return false
	}
	begin := header + size + 2*int(binary.BigEndian.Uint16(data[header+3:]))
	end := int(binary.BigEndian.Uint16(data[header+5:]))
	if end == 0 {
		end = 1 << 16
	}
	if end > len(data) || begin >= end {
		return false
	}
	unused := data[begin:end]
	if len(bytes.Trim(unused, "\x00")) == 0 {
		return false
	}
	clear(unused)
	return true
}
