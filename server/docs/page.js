"use strict";

// Shows the contract in Swagger UI. With --demo the page signs in with the
// demo's own token, so that every operation can be tried at once.
(async () => {
  const settings = await (await fetch("settings.json")).json();

  const signIn = (ui) => {
    if (!settings.demo) return;
    document.getElementById("outbox").hidden = false;
    const held = ui.authSelectors.authorized().toJS();
    for (const [scheme, value] of Object.entries(settings.demo)) {
      if (!held[scheme]) ui.preauthorizeApiKey(scheme, value);
    }
  };

  const ui = SwaggerUIBundle({
    url: "../openapi.yaml",
    dom_id: "#swagger-ui",
    deepLinking: true,
    filter: true,
    persistAuthorization: true,
    displayRequestDuration: true,
    tryItOutEnabled: true,
    docExpansion: "list",
    defaultModelsExpandDepth: 0,
    validatorUrl: null,
    onComplete: () => signIn(ui),
  });
})();
