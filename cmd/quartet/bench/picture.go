package main

import (
	"bytes"
	"errors"
	"fmt"
	"image/color"
	"slices"
	"strings"

	"github.com/dustin/go-humanize"
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgsvg"
)

// pictureClients is how many requests at once the picture shows: between a lone
// client and a crowd.
const pictureClients = 8

var barColor = color.RGBA{R: 0x2f, G: 0x81, B: 0xc7, A: 0xff}

// picture is an SVG of the server's requests a second, as multiples of the bare
// program's.
func (r *results) picture() (string, error) {
	var names []string
	var medians plotter.Values
	var spreads struct {
		plotter.XYs
		plotter.XErrors
	}
	for _, c := range slices.Backward(r.Comparisons) { // the lowest bar is the first
		if c.Clients != pictureClients {
			continue
		}
		name := strings.ReplaceAll(c.Case, "-", " ")
		if c.Users > 1000 {
			name += ", " + humanize.Comma(int64(c.Users)) + " users"
		}
		spreads.XYs = append(spreads.XYs, plotter.XY{X: c.Ratio.Median, Y: float64(len(names))})
		spreads.XErrors = append(spreads.XErrors, struct{ Low, High float64 }{c.Ratio.Median - c.Ratio.Low, c.Ratio.High - c.Ratio.Median})
		medians = append(medians, c.Ratio.Median)
		names = append(names, fmt.Sprintf("%s %8s/s %5.2f", name, rate(c.Server.PerSecond), c.Ratio.Median))
	}
	if len(names) == 0 {
		return "", nil
	}
	bars, barsErr := plotter.NewBarChart(medians, vg.Points(13))
	whiskers, whiskersErr := plotter.NewXErrorBars(spreads)
	even, evenErr := plotter.NewLine(plotter.XYs{{X: 1, Y: -0.5}, {X: 1, Y: float64(len(names)) - 0.5}})
	if err := errors.Join(barsErr, whiskersErr, evenErr); err != nil {
		return "", err
	}
	bars.Horizontal, bars.Color, bars.LineStyle.Width = true, barColor, 0
	even.Dashes = []vg.Length{vg.Points(4), vg.Points(3)}

	// The letters of all monospaced fonts are about as wide, so the text fits
	// where the reader has none of the fonts named.
	plot.DefaultFont = font.Font{Typeface: "Liberation", Variant: "Mono"}
	p := plot.New()
	p.Add(bars, even, whiskers)
	p.Title.Text = "Requests a second, beside a bare program with the same SQL and no checks"
	p.X.Label.Text = fmt.Sprintf("ratio to the bare program (dashed line), %d requests at once\nbars: medians of %d rounds; thin lines: lowest and highest\n%s; %d processors, shared with the load; %s",
		pictureClients, r.Rounds, r.Program, r.Processors, r.Measured.Format("2006-01-02"))
	p.X.Label.TextStyle.Font.Size, p.X.Label.Padding, p.Title.Padding = vg.Points(10), vg.Points(4), vg.Points(10)
	p.X.Min, p.X.Label.Position = 0, draw.PosRight
	p.NominalY(names...)
	p.Y.Tick.Label.YAlign -= 0.3

	canvas := vgsvg.New(vg.Points(760), vg.Points(float64(130+22*len(names))))
	whole, margin := draw.New(canvas), vg.Points(12)
	whole.SetColor(color.White)
	whole.Fill(whole.Rectangle.Path())
	p.Draw(draw.Crop(whole, margin, -margin, margin, -margin))
	var svg bytes.Buffer
	_, err := canvas.WriteTo(&svg)
	return strings.NewReplacer(
		"Liberation Mono;", "Liberation Mono,DejaVu Sans Mono,Menlo,Courier New,monospace;",
		"<text ", `<text xml:space="preserve" `, // the columns are made of spaces
	).Replace(svg.String()), err
}
