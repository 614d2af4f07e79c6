"use strict";

// Shows the contract in Swagger UI, in the reader's language. In a demonstration the page signs in
// as its user, so that every operation can be tried at once; who the reader chose before stays.
(async () => {
  const { say, contract } = quartet;
  const json = async (address) => (await fetch(address)).json();
  const settings = await json("settings.json");

  // Under a base path the server has the operations of some tags only.
  const address = new URL("../openapi.json", location.href);
  for (const tag of settings.tags ?? []) address.searchParams.append("tag", tag);
  const inBoth = json(address.href);
  address.searchParams.set("language", quartet.language());
  const [spec, failures] = await Promise.all([json(address), json("failures.json")]);
  contract.load(spec, failures);

  const held = localStorage.getItem("authorized");
  if (settings.demo && !held) localStorage.setItem("authorized", JSON.stringify(settings.demo.people[0].authorized));

  const layout = ({ React }) => ({
    components: {
      QuartetLayout: ({ getComponent }) => {
        const h = React.createElement;
        const part = (name, ofState = true) => h(getComponent(name, ofState));
        return h("div", { className: "swagger-ui" }, part("SvgAssets", false), part("errors"),
          h("div", { className: "wrapper" },
            h("details", { className: "about" }, h("summary", null, say("about")), part("InfoContainer")),
            h("div", { className: "tools" }, part("QuartetSearch"), part("AuthorizeBtnContainer"))),
          h("div", { className: "wrapper" }, part("operations"), part("Models")));
      },
    },
  });

  const ui = SwaggerUIBundle({
    spec,
    dom_id: "#swagger-ui",
    plugins: [layout, quartet.search.plugin, quartet.operation.plugin, quartet.repeat.plugin],
    layout: "QuartetLayout",
    deepLinking: true,
    filter: true,
    persistAuthorization: true,
    displayRequestDuration: true,
    tryItOutEnabled: true,
    docExpansion: "list",
    defaultModelsExpandDepth: 0,
    showExtensions: true,
    validatorUrl: null,
    // With credentials a browser answers a 401 of Basic by a dialog of its own, which waits for the reader.
    requestInterceptor: (request) => Object.assign(request, { credentials: "omit" }),
  });
  ui.specActions.updateUrl(address.href);

  quartet.people.mount(ui.getSystem(), settings);
  await quartet.demo.mount(settings);
  quartet.cards.mount(ui.getSystem());
  quartet.search.index(await inBoth);
  addEventListener("quartet:language", () => location.reload());
})();
