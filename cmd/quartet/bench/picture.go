package main

import (
	"encoding/xml"
	"fmt"
	"strings"
)

// The picture's measures, in its own units.
const (
	pictureWidth = 760
	barsFrom     = 250 // where the bars begin
	barsFull     = 260 // how long a bar of the reference's rate is
	longestRatio = 1.4 // of a bar that is drawn; the figure beside it tells the rest
	rowHeight    = 26
	firstRow     = 74
	pictureCalls = 8 // at once: between a lone caller and a crowd
)

// The colours follow the reader's choice of light or dark, on any background.
const pictureStyle = `
  text { font: 13px system-ui, sans-serif; fill: #1f2328 }
  .title { font-size: 16px; font-weight: 600 }
  .faint { fill: #59636e; font-size: 12px }
  .bar { fill: #2f81c7 }
  .full { stroke: #59636e; stroke-dasharray: 4 3 }
  .spread { stroke: #1f2328; stroke-width: 1.5 }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3 }
    .faint { fill: #9198a1 }
    .bar { fill: #4493d8 }
    .full { stroke: #9198a1 }
    .spread { stroke: #e6edf3 }
  }
`

// picture draws the rates of the server, with those of the reference as 100 %.
func (r *results) picture() string {
	var rows strings.Builder
	y := firstRow
	for _, c := range r.Comparisons {
		if c.Clients == pictureCalls {
			pictureRow(&rows, c, y)
			y += rowHeight
		}
	}
	var p strings.Builder
	fmt.Fprintf(&p, `<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 0 %d %d" role="img" aria-labelledby="title">`+"\n",
		pictureWidth, y+34, pictureWidth, y+34)
	fmt.Fprintf(&p, "<dialect>%s</dialect>\n", pictureStyle)
	p.WriteString(`<text id="title" class="title" x="12" y="26">Requests a second, beside a bare program with the same SQL and no checks</text>` + "\n")
	fmt.Fprintf(&p, `<text class="faint" x="12" y="46">%d at once; the dashed line is the bare program; thin lines: lowest and highest of %d rounds</text>`+"\n", pictureCalls, r.Rounds)
	p.WriteString(rows.String())
	fmt.Fprintf(&p, `<line class="full" x1="%d" y1="%d" x2="%[1]d" y2="%[3]d"/>`+"\n", barsFrom+barsFull, firstRow-12, y-8)
	fmt.Fprintf(&p, `<text class="faint" x="12" y="%d">%s · %d processors, shared with the load · %s</text>`+"\n",
		y+18, escaped(r.Program), r.Processors, r.Measured.Format("2006-01-02"))
	p.WriteString("</svg>\n")
	return p.String()
}

func pictureRow(rows *strings.Builder, c comparison, y int) {
	name := c.Case
	if c.Users > 1000 {
		name = fmt.Sprintf("%s, %d users", name, c.Users)
	}
	fmt.Fprintf(rows, `<text x="12" y="%d">%s</text>`+"\n", y+5, escaped(strings.ReplaceAll(name, "-", " ")))
	fmt.Fprintf(rows, `<rect class="bar" x="%d" y="%d" width="%d" height="14" rx="2"/>`+"\n", barsFrom, y-7, reach(c.Ratio.Median))
	fmt.Fprintf(rows, `<line class="spread" x1="%d" y1="%d" x2="%d" y2="%[2]d"/>`+"\n", barsFrom+reach(c.Ratio.Low), y, barsFrom+reach(c.Ratio.High))
	fmt.Fprintf(rows, `<text x="%d" y="%d" text-anchor="end">%.0f %%</text>`+"\n", pictureWidth-84, y+5, 100*c.Ratio.Median)
	fmt.Fprintf(rows, `<text class="faint" x="%d" y="%d" text-anchor="end">%s/s</text>`+"\n", pictureWidth-12, y+5, rate(c.Server.PerSecond))
}

func reach(ratio float64) int { return int(barsFull * min(ratio, longestRatio)) }

func escaped(text string) string {
	var made strings.Builder
	_ = xml.EscapeText(&made, []byte(text)) // a Builder does not fail
	return made.String()
}
