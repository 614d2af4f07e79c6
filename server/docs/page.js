"use strict";

// Shows the contract in Swagger UI. With --demo the page signs in with the
// demo's own token, so that every operation can be tried at once; what a visitor
// authorised before stays.
(async () => {
  const settings = await (await fetch("settings.json")).json();

  if (settings.demo) {
    const held = JSON.parse(localStorage.getItem("authorized") || "{}");
    localStorage.setItem("authorized", JSON.stringify({ ...settings.demo.people[0].authorized, ...held }));
  }
  // Under a base path the server has the operations of some tags only, and no outbox.
  document.getElementById("outbox").hidden = !settings.demo || Boolean(settings.tags);
  const spec = new URL("../openapi.yaml", location.href);
  for (const tag of settings.tags ?? []) spec.searchParams.append("tag", tag);

  SwaggerUIBundle({
    url: spec.href,
    dom_id: "#swagger-ui",
    deepLinking: true,
    filter: true,
    persistAuthorization: true,
    displayRequestDuration: true,
    tryItOutEnabled: true,
    docExpansion: "list",
    defaultModelsExpandDepth: 0,
    showExtensions: true,
    validatorUrl: null,
  });
})();
