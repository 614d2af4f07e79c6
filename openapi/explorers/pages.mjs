// How each page is put on a site, as its own documentation says.
import { assets } from "./assets.mjs";

const html = (head, body) => `<!doctype html><html lang="zh"><head><meta charset="utf-8"><link rel="icon" href="data:,">${head}</head><body>${body}</body></html>`;

/** Where each page has an operation. */
export const links = {
  redoc: (o) => `redoc#/${o.tags[0]}/${o.operationId.toLowerCase()}`,
  rapidoc: (o) => `rapidoc#${o.method}-${o.path.replace(/[{}]/g, "-")}`,
  scalar: (o) => `scalar#tag/${o.tags[0]}/${o.method.toUpperCase()}${o.path}`,
  elements: (o) => `elements#/operations/${o.operationId}`,
  knife4j: (o) => `doc.html#/quartet/${o.tags[0]}/${o.operationId}`,
};

/** Texts and folders for startServer. */
export function sites() {
  const knife4j = assets("knife4j-openapi3-ui") + "/META-INF/resources";
  return {
    texts: {
      "/redoc": html("", '<redoc spec-url="/openapi.json"></redoc><script type="module" src="/assets/redoc/bundles/redoc.standalone.js"></script>'),
      "/rapidoc": html('<script type="module" src="/assets/rapidoc/dist/rapidoc-min.js"></script>',
        '<rapi-doc spec-url="/openapi.json" load-fonts="false" render-style="focused" default-schema-tab="schema" schema-style="table"></rapi-doc>'),
      "/scalar": html("", `<div id="app"></div><script src="/assets/scalar/dist/browser/standalone.js"></script>
        <script>Scalar.createApiReference("#app", { url: "/openapi.json", withDefaultFonts: false })</script>`),
      "/elements": html('<link rel="stylesheet" href="/assets/elements/styles.min.css"><script src="/assets/elements/web-components.min.js"></script>',
        '<elements-api apiDescriptionUrl="/openapi.json" router="hash"></elements-api>'),
      "/v3/api-docs/swagger-config": JSON.stringify({ configUrl: "/v3/api-docs/swagger-config", urls: [{ name: "quartet", url: "/openapi.json" }] }),
    },
    folders: {
      "/favicon.ico": knife4j + "/img/icons/favicon-32x32.png",
      "/assets/redoc": assets("redoc"),
      "/assets/rapidoc": assets("rapidoc"),
      "/assets/scalar": assets("@scalar/api-reference"),
      "/assets/elements": assets("@stoplight/elements"),
      "/doc.html": knife4j + "/doc.html",
      "/webjars": knife4j + "/webjars",
    },
  };
}
