"use strict";

// Search over operations. Swagger UI's own filter finds tags only; its hook gets all operations
// of all tags, so that this one can look into them.
quartet.search = (() => {
  const { say } = quartet;
  const texts = new Map(); // of an operation, in both languages, in lower case

  /** Reads the document with its texts in both languages. */
  function index(document) {
    for (const [path, item] of Object.entries(document.paths)) {
      for (const [method, operation] of Object.entries(item)) {
        if (!operation.operationId) continue;
        const parameters = (operation.parameters ?? []).map((one) => `${one.name} ${one.description}`);
        const extensions = Object.entries(operation).filter(([key]) => key.startsWith("x-") && key !== "x-codeSamples").flat();
        const failures = quartet.contract.failuresOf(operation).flatMap(({ symbol, number }) => [symbol, number]);
        const words = [path, method, operation.operationId, operation.summary, operation.description, operation.tags, parameters, extensions, failures];
        texts.set(`${method} ${path}`, words.flat(2).map((word) => (typeof word === "string" ? word : JSON.stringify(word))).join("\n").toLowerCase());
      }
    }
  }

  const matches = (path, method, phrase) => {
    const text = texts.get(`${method} ${path}`) ?? `${method} ${path}`;
    return phrase.toLowerCase().split(/\s+/).every((word) => text.includes(word));
  };

  const opsFilter = (tagged, phrase) => tagged
    .map((tag) => tag.update("operations", (all) => all.filter((one) => matches(one.get("path"), one.get("method"), phrase))))
    .filter((tag) => tag.get("operations").size > 0);

  const count = (tagged) => tagged.reduce((sum, tag) => sum + tag.get("operations").size, 0);

  const plugin = ({ React }) => ({
    fn: { opsFilter },
    // Where the search finds nothing, Swagger UI says that the document has no operations.
    wrapComponents: { operations: (Original) => (props) => (count(props.specSelectors.taggedOperations()) > 0 ? React.createElement(Original, props) : null) },
    components: {
      QuartetSearch: ({ layoutSelectors, layoutActions, specSelectors }) => {
        const h = React.createElement;
        const filter = layoutSelectors.currentFilter();
        const phrase = typeof filter === "string" ? filter : "";
        const shown = count(specSelectors.taggedOperations());
        return h("div", { className: "search", role: "search" },
          h("input", {
            type: "search", id: "search", value: phrase, placeholder: say("search"), "aria-label": say("search"), spellCheck: false,
            onChange: (event) => layoutActions.updateFilter(event.target.value.trimStart()),
          }),
          h("output", { className: "found" }, say("found", { shown, all: quartet.contract.operations().length })),
          shown === 0 ? h("p", { className: "nothing", role: "status" }, say("nothingFound")) : null);
      },
    },
  });

  return { index, plugin };
})();
