package main

import (
	"errors"
	"fmt"
	"math"
	"reflect"
	"strconv"
	"strings"
	"time"

	"github.com/alecthomas/kong"
	"github.com/dustin/go-humanize"

	"quartet/server/account"
)

const day = 24 * time.Hour

// tuningMappers teaches the grammar to read rates, and spans, counts, whole
// numbers and sizes where a flag asks for one.
func tuningMappers() kong.Option {
	return kong.OptionFunc(func(k *kong.Kong) error {
		return errors.Join(
			kong.TypeMapper(reflect.TypeFor[account.Rate](), setting(parseRate)).Apply(k),
			kong.NamedMapper("span", setting(parseSpan)).Apply(k),
			kong.NamedMapper("count", setting(func(text string) (uint64, error) { return parseWhole(text, 1) })).Apply(k),
			kong.NamedMapper("whole", setting(func(text string) (uint64, error) { return parseWhole(text, 0) })).Apply(k),
			kong.NamedMapper("bytes", setting(parseSize)).Apply(k),
		)
	})
}

// setting reads a flag's text by parse and puts it into a field of the same
// type, or of any integer type that it fits.
func setting[T any](parse func(string) (T, error)) kong.MapperFunc {
	return func(ctx *kong.DecodeContext, target reflect.Value) error {
		var text string
		if err := ctx.Scan.PopValueInto("value", &text); err != nil {
			return err
		}
		value, err := parse(text)
		if err != nil {
			return err
		}
		return assign(target, reflect.ValueOf(value))
	}
}

func assign(target, value reflect.Value) error {
	switch {
	case value.Type() == target.Type():
		target.Set(value)
	case target.CanInt() && value.Uint() <= math.MaxInt64 && !target.OverflowInt(int64(value.Uint())):
		target.SetInt(int64(value.Uint()))
	case target.CanUint() && !target.OverflowUint(value.Uint()):
		target.SetUint(value.Uint())
	default:
		return fmt.Errorf("%d is too large", value.Uint())
	}
	return nil
}

// parseSpan reads a time above 0: what time.ParseDuration reads, and whole days.
func parseSpan(text string) (time.Duration, error) {
	span, err := time.ParseDuration(text)
	if days, whole := strings.CutSuffix(text, "d"); whole {
		var n uint64
		if n, err = strconv.ParseUint(days, 10, 16); err == nil {
			span = time.Duration(n) * day
		}
	}
	switch {
	case err != nil:
		return 0, fmt.Errorf("%q is no time such as 90s, 1h30m or 30d", text)
	case span < time.Millisecond:
		return 0, fmt.Errorf("%q is too short: the shortest time is 1ms", text)
	}
	return span, nil
}

// parseRate reads COUNT/TIME, both above 0.
func parseRate(text string) (account.Rate, error) {
	times, per, found := strings.Cut(text, "/")
	if !found {
		return account.Rate{}, fmt.Errorf("%q is no rate such as 5/1h: a count, / and a time", text)
	}
	count, err := parseWhole(times, 1)
	if err != nil {
		return account.Rate{}, err
	}
	if count > math.MaxInt32 { // it is more than anybody counts to
		return account.Rate{}, fmt.Errorf("%d is too large", count)
	}
	span, err := parseSpan(per)
	return account.Rate{Times: int64(count), Per: span}, err
}

func parseWhole(text string, least uint64) (uint64, error) {
	n, err := strconv.ParseUint(text, 10, 63)
	if err != nil || n < least {
		return 0, fmt.Errorf("%q is no whole number from %d", text, least)
	}
	return n, nil
}

// parseSize reads a number of bytes, 64KiB or 1MiB. A gigabyte is more than one
// request may ever be.
func parseSize(text string) (uint64, error) {
	bytes, err := humanize.ParseBytes(text)
	if err != nil || bytes < 1 || bytes > humanize.GiByte {
		return 0, fmt.Errorf("%q is no size such as 65536, 64KiB or 1MiB, up to 1GiB", text)
	}
	return bytes, nil
}

// spanText writes what parseSpan reads, without the zeros of Duration.String.
func spanText(span time.Duration) string {
	if span > 0 && span%day == 0 {
		return fmt.Sprintf("%dd", span/day)
	}
	text := span.String()
	if strings.HasSuffix(text, "m0s") {
		text = strings.TrimSuffix(text, "0s")
	}
	if strings.HasSuffix(text, "h0m") {
		text = strings.TrimSuffix(text, "0m")
	}
	return text
}

func rateText(rate account.Rate) string { return fmt.Sprintf("%d/%s", rate.Times, spanText(rate.Per)) }

// sizeText writes what parseSize reads, exact where it is a whole number of KiB.
func sizeText(bytes int64) string {
	if bytes%humanize.KiByte == 0 {
		return fmt.Sprintf("%dKiB", bytes/humanize.KiByte)
	}
	return fmt.Sprint(bytes)
}
