"use strict";

// What an operation shows beyond Swagger UI: who may call it, the envelopes side by side, its
// failures with their numbers, samples of code, and after a failure what to do.
quartet.operation = (() => {
  const { say, inWords } = quartet;
  const inLanguage = (words) => inWords(words.zh, words.en);

  function plugin({ React }) {
    const h = React.createElement;

    const Shape = ({ lines }) => h("code", { className: "shape" }, "{ ",
      lines.flatMap(([key, value], i) => [
        key ? h("b", { key }, JSON.stringify(key)) : null, key ? `: ${value}` : value, i < lines.length - 1 ? ", " : " "]), "}");

    // All dialects, that of the operation first.
    function Envelopes({ operation }) {
      const own = operation.tags[0];
      const names = quartet.contract.dialects();
      const ordered = names.includes(own) ? [own, ...names.filter((name) => name !== own)] : names;
      const head = [say("dialect"), say("success"), say("failure")];
      return h("div", { className: "wide", tabIndex: 0 }, h("table", { className: "envelopes" },
        h("thead", null, h("tr", null, head.map((text) => h("th", { key: text }, text)))),
        h("tbody", null, ordered.map((name) => {
          const { success, failure } = quartet.contract.shapes(name);
          return h("tr", { key: name, className: name === own ? "own" : "" },
            h("th", { scope: "row" }, h("code", null, name), name === own ? h("small", null, say("thisOne")) : null),
            h("td", null, h(Shape, { lines: success })), h("td", null, h(Shape, { lines: failure })));
        }))));
    }

    function Failures({ operation }) {
      const rows = quartet.contract.failuresOf(operation);
      if (rows.length === 0) return h("p", null, say("noFailures"));
      const head = ["HTTP", say("number"), say("symbol"), say("message"), say("advice")];
      return h("div", { className: "wide", tabIndex: 0 }, h("table", { className: "failures" },
        h("thead", null, h("tr", null, head.map((text) => h("th", { key: text }, text)))),
        h("tbody", null, rows.map((row) => h("tr", { key: row.symbol },
          h("td", null, row.http), h("td", null, h("code", null, String(row.number))),
          h("td", null, h("a", { href: `errors#${row.symbol}` }, h("code", null, row.symbol))),
          h("td", null, inLanguage(row.message).replace(/\{\w+\}/g, "…")), h("td", null, inLanguage(row.advice)))))));
    }

    function Samples({ operation }) {
      const samples = operation["x-codeSamples"] ?? [];
      const [chosen, choose] = React.useState(0);
      const [copied, setCopied] = React.useState(false);
      if (samples.length === 0) return null;
      const copy = async () => {
        await navigator.clipboard.writeText(samples[chosen].source);
        setCopied(true);
        setTimeout(() => setCopied(false), 2000);
      };
      return h("div", { className: "samples" },
        h("div", { className: "languages", role: "group", "aria-label": say("sampleLanguage") },
          samples.map((one, i) => h("button", {
            key: one.label, type: "button", "aria-pressed": i === chosen, title: one.label, onClick: () => choose(i),
          }, one.label.split(",")[0])),
          h("button", { type: "button", className: "strong copy", onClick: copy }, say(copied ? "copied" : "copy"))),
        h("p", { className: "label" }, h("code", null, samples[chosen].label)),
        h("pre", { tabIndex: 0 }, samples[chosen].source));
    }

    function More({ operation }) {
      const views = [["samples", Samples], ["envelopes", Envelopes], ["failures", Failures]];
      const [chosen, choose] = React.useState(0);
      const count = quartet.contract.failuresOf(operation).length;
      return h("section", { className: "more", "aria-label": say("sections") },
        h("div", { className: "views", role: "tablist" }, views.map(([name], i) => h("button", {
          key: name, type: "button", role: "tab", "data-view": name, "aria-selected": i === chosen, onClick: () => choose(i),
        }, say(name, { count })))),
        h("div", { role: "tabpanel", className: "view" }, h(views[chosen][1], { operation })));
    }

    function Access({ operation }) {
      return h("p", { className: "access" }, h("strong", null, say("whoMayCall")), h("span", null, say(`access ${operation["x-access"]}`)),
        operation["x-right"] ? h("code", null, operation["x-right"]) : null);
    }

    // What came, where it was a failure, and whether the page has repeated the call.
    function Advice({ path, method, response }) {
      const operation = quartet.contract.operation(path, method);
      if (!response.get("status")) return h("div", { className: "after", role: "status" }, h("p", { className: "failed" }, quartet.noAnswer(response.get("message"))));
      const [status, text] = [response.get("status"), response.get("text")];
      const repeated = quartet.repeat.noteOf(path, method);
      const known = operation && typeof text === "string" && quartet.contract.isFailure(operation, status, text)
        ? quartet.contract.failureOf(operation, status, text) : undefined;
      return h("div", { className: "after", role: "status" },
        repeated ? h("p", { className: "repeated" }, repeated) : null,
        known?.symbol ? h("div", { className: "failed" },
          h("p", null, h("strong", null, `${say("number")} ${known.number}`), " · ", h("a", { href: `errors#${known.symbol}` }, h("code", null, known.symbol))),
          h("p", null, h("strong", null, `${say("advice")}: `), inLanguage(known.advice))) : null);
    }

    const found = ([path, method]) => quartet.contract.operation(path, method);

    return {
      wrapComponents: {
        parameters: (Original) => (props) => [
          h(Access, { key: "access", operation: found(props.pathMethod) }), h(Original, { key: "parameters", ...props })],
        responses: (Original) => (props) => [
          h(Original, { key: "responses", ...props }), h(More, { key: "more", operation: found([props.path, props.method]) })],
        // A status that is a failure is an answer like any other; Swagger UI calls it an error, in English.
        liveResponse: (Original) => (props) => [h(Advice, { key: "advice", ...props }), props.response.get("status")
          ? h(Original, { key: "live", ...props, response: props.response.set("error", false) }) : null],
        // The declared failures are in the table of failures, with their numbers.
        response: (Original) => (props) => (Number(props.code) >= 400 ? null : h(Original, props)),
        // A link within the button of its operation is two controls in one.
        DeepLink: () => ({ text }) => h("span", null, text),
        OperationExt: (Original) => (props) => h("details", { className: "extensions" },
          h("summary", null, say("extensions")),
          h(Original, { ...props, extensions: props.extensions.filter((value, key) => key !== "x-codeSamples") })),
      },
    };
  }

  return { plugin };
})();
