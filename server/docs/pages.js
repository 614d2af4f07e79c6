"use strict";

// A page in one language leads to its twin when the other language is chosen.
addEventListener("quartet:language", () => {
  const twin = document.querySelector("nav a[hreflang]");
  if (twin?.hreflang.startsWith(quartet.language())) location.href = twin.href + location.hash;
});
