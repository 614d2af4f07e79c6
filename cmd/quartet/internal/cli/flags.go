package cli

import (
	"fmt"
	"log/slog"
	"math"
	"net"
	"net/netip"
	"strconv"
	"strings"
	"time"
	_ "time/tzdata" // the machine may have no time zone database

	"github.com/dustin/go-humanize"

	"quartet/server/account"
)

// TimeZone is a time zone by its IANA name, "Asia/Shanghai".
type TimeZone struct{ *time.Location }

// UnmarshalText reads the name. "" and "Local" would depend on the machine.
func (z *TimeZone) UnmarshalText(text []byte) (err error) {
	if name := string(text); name != "" && name != "Local" {
		z.Location, err = time.LoadLocation(name)
		return err
	}
	return fmt.Errorf("%q is not a time zone such as Asia/Shanghai", text)
}

// Network is a range of IP addresses, "10.0.0.0/8", or a single one.
type Network struct{ net.IPNet }

// UnmarshalText reads either form.
func (n *Network) UnmarshalText(text []byte) error {
	prefix, err := netip.ParsePrefix(string(text))
	if err != nil {
		ip, ipErr := netip.ParseAddr(string(text))
		if ipErr != nil {
			return fmt.Errorf("%q is not an IP address or a range such as 10.0.0.0/8", text)
		}
		prefix = netip.PrefixFrom(ip, ip.BitLen())
	}
	masked := prefix.Masked().Addr()
	n.IPNet = net.IPNet{IP: masked.AsSlice(), Mask: net.CIDRMask(prefix.Bits(), masked.BitLen())}
	return nil
}

// Prefix is the range as package netip has it.
func (n Network) Prefix() netip.Prefix {
	address, _ := netip.AddrFromSlice(n.IP)
	ones, _ := n.Mask.Size()
	return netip.PrefixFrom(address, ones)
}

// Duration is a time above 0, as time.ParseDuration reads it or in whole days,
// "30d".
type Duration struct{ time.Duration }

// UnmarshalText reads either form.
func (d *Duration) UnmarshalText(text []byte) (err error) {
	if days, ok := strings.CutSuffix(string(text), "d"); ok {
		var n uint64
		n, err = strconv.ParseUint(days, 10, 16)
		d.Duration = time.Duration(n) * 24 * time.Hour
	} else {
		d.Duration, err = time.ParseDuration(string(text))
	}
	if err != nil || d.Duration < time.Millisecond {
		return fmt.Errorf("%q is not a time such as 90s, 1h30m or 30d", text)
	}
	return nil
}

// Rate is a count per time, "5/1h".
type Rate struct{ account.Rate }

// UnmarshalText reads COUNT/TIME, both above 0.
func (r *Rate) UnmarshalText(text []byte) error {
	count, per, _ := strings.Cut(string(text), "/")
	times, err := strconv.ParseUint(count, 10, 31)
	var window Duration
	if err != nil || times == 0 || window.UnmarshalText([]byte(per)) != nil {
		return fmt.Errorf("%q is not a rate such as 5/1h (COUNT/TIME)", text)
	}
	r.Rate = account.Rate{Times: int64(times), Per: window.Duration}
	return nil
}

// Size is a number of bytes: 65536, 64KiB or 1MiB.
type Size int64

// UnmarshalText reads a size up to 1 GiB.
func (s *Size) UnmarshalText(text []byte) error {
	bytes, err := humanize.ParseBytes(string(text))
	if err != nil || bytes < 1 || bytes > humanize.GiByte {
		return fmt.Errorf("%q is not a size such as 65536, 64KiB or 1MiB, up to 1GiB", text)
	}
	*s = Size(bytes)
	return nil
}

// Count is a whole number above 0.
type Count int

// UnmarshalText reads it.
func (c *Count) UnmarshalText(text []byte) error {
	n, err := strconv.ParseUint(string(text), 10, 31)
	if err != nil || n == 0 || n > math.MaxInt32 {
		return fmt.Errorf("%q is not a whole number above 0", text)
	}
	*c = Count(n)
	return nil
}

// LogFlags say what is logged and how.
type LogFlags struct {
	LogLevel  string `default:"info" enum:"debug,info,warn,error" help:"Lowest level of log lines: ${enum}."`
	LogFormat string `default:"text" enum:"text,json" help:"Format of log lines on standard error: ${enum}."`
}

// Logger writes to standard error.
func (f LogFlags) Logger(c *Console) *slog.Logger {
	var level slog.Level
	_ = level.UnmarshalText([]byte(f.LogLevel)) // the flag's enum admits levels only
	options := &slog.HandlerOptions{Level: level}
	if f.LogFormat == "json" {
		return slog.New(slog.NewJSONHandler(c.Errs, options))
	}
	return slog.New(slog.NewTextHandler(c.Errs, options))
}
