package main

import (
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"strings"
	"time"
	_ "time/tzdata" // zones must be known where the system knows none
)

// zone is a time zone by its name in the IANA database, "Asia/Shanghai".
type zone struct{ *time.Location }

// UnmarshalText reads the name.
func (z *zone) UnmarshalText(text []byte) (err error) {
	// "" and "Local" would be whatever the machine happens to have.
	if name := string(text); name != "" && name != "Local" {
		z.Location, err = time.LoadLocation(name)
		return err
	}
	return fmt.Errorf("%q is no time zone such as Asia/Shanghai", text)
}

// network is a range of addresses, "10.0.0.0/8", or a single one.
type network struct{ netip.Prefix }

// UnmarshalText reads either form.
func (n *network) UnmarshalText(text []byte) (err error) {
	if strings.Contains(string(text), "/") {
		n.Prefix, err = netip.ParsePrefix(string(text))
		return err
	}
	address, err := netip.ParseAddr(string(text))
	if err != nil {
		return err
	}
	n.Prefix, err = address.Prefix(address.BitLen())
	return err
}

// ipNets is the form that the server takes networks in.
func ipNets(networks []network) []*net.IPNet {
	nets := make([]*net.IPNet, 0, len(networks))
	for _, n := range networks {
		masked := n.Masked()
		nets = append(nets, &net.IPNet{
			IP:   masked.Addr().AsSlice(),
			Mask: net.CIDRMask(masked.Bits(), masked.Addr().BitLen()),
		})
	}
	return nets
}

// logFlags say what is logged and how.
type logFlags struct {
	LogLevel  string `default:"info" enum:"debug,info,warn,error" help:"What to log: ${enum}."`
	LogFormat string `default:"text" enum:"text,json" help:"How to log to standard error: ${enum}."`
}

func (f logFlags) logger(c *console) *slog.Logger {
	var level slog.Level
	_ = level.UnmarshalText([]byte(f.LogLevel)) // the grammar lets nothing else through
	options := &slog.HandlerOptions{Level: level}
	if f.LogFormat == "json" {
		return slog.New(slog.NewJSONHandler(c.errs, options))
	}
	return slog.New(slog.NewTextHandler(c.errs, options))
}
