package main

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
)

// figures are the metrics of a scrape, by name, each with its labels and the
// values that these had.
type figures map[string]map[string][]string

// scraped reads what /metrics shows, and adds what Prometheus itself does.
func scraped(text string) (figures, error) {
	parser := expfmt.NewTextParser(model.UTF8Validation)
	families, err := parser.TextToMetricFamilies(strings.NewReader(text))
	if err != nil {
		return nil, err
	}
	all := figures{"up": {"job": nil, "instance": nil}}
	for name, family := range families {
		labels := map[string][]string{"job": nil, "instance": nil}
		for _, metric := range family.GetMetric() {
			for _, label := range metric.GetLabel() {
				labels[label.GetName()] = append(labels[label.GetName()], label.GetValue())
			}
		}
		all[name] = labels
		if family.GetType() == dto.MetricType_HISTOGRAM {
			all[name+"_sum"], all[name+"_count"] = labels, labels
			bucket := maps.Clone(labels)
			bucket["le"] = nil
			all[name+"_bucket"] = bucket
			delete(all, name)
		}
	}
	return all, nil
}

// What stands in a query of PromQL beside metrics and labels, as far as ours do.
var (
	promFunctions = []string{"sum", "count", "rate", "topk", "histogram_quantile", "label_values"}
	promWords     = []string{"or", "and", "unless", "bool"}

	promRange    = regexp.MustCompile(`\[[^\]]*\]`)
	promGrouping = regexp.MustCompile(`\b(?:by|without|on|ignoring)\s*\(([^)]*)\)`)
	promSelector = regexp.MustCompile(`([a-zA-Z_:][a-zA-Z0-9_:]*)\s*(\{[^}]*\}|\()?`)
	promMatcher  = regexp.MustCompile(`^\s*([a-zA-Z_]\w*)\s*(=~|!~|!=|=)\s*"([^"]*)"\s*$`)
)

// wrongIn returns the names in a query that do not exist. It is no parser: the queries
// here have no quoted braces.
func wrongIn(query string, known figures) (wrong []string) {
	query = promRange.ReplaceAllString(query, "")
	var grouped []string
	for _, match := range promGrouping.FindAllStringSubmatch(query, -1) {
		for _, label := range strings.Split(match[1], ",") {
			grouped = append(grouped, strings.TrimSpace(label))
		}
	}
	query = promGrouping.ReplaceAllString(query, "")
	reachable := map[string]bool{}
	metrics := 0
	for _, match := range promSelector.FindAllStringSubmatch(query, -1) {
		name, after := match[1], match[2]
		labels, metric := known[name]
		switch {
		case after == "(" && slices.Contains(promFunctions, name), after == "" && slices.Contains(promWords, name):
			continue
		case after == "(" || !metric:
			wrong = append(wrong, fmt.Sprintf("there is no %s", name))
			continue
		}
		metrics++
		for label := range labels {
			reachable[label] = true
		}
		wrong = append(wrong, wrongMatchers(name, strings.Trim(after, "{}"), labels)...)
	}
	for _, label := range grouped {
		if !reachable[label] {
			wrong = append(wrong, fmt.Sprintf("there is no label %s to group by", label))
		}
	}
	if metrics == 0 {
		wrong = append(wrong, "it names no metric")
	}
	return wrong
}

func wrongMatchers(metric, matchers string, labels map[string][]string) (wrong []string) {
	for _, matcher := range strings.Split(matchers, ",") {
		if strings.TrimSpace(matcher) == "" {
			continue
		}
		part := promMatcher.FindStringSubmatch(matcher)
		if part == nil {
			wrong = append(wrong, fmt.Sprintf("%s: %q matches no label", metric, matcher))
		} else if _, has := labels[part[1]]; !has {
			wrong = append(wrong, fmt.Sprintf("%s has no label %s", metric, part[1]))
		}
	}
	return wrong
}
