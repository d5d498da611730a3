// Read before the first paint: the theme chosen earlier (no white flash), and the mark that says scripts run.
(function () {
  var root = document.documentElement;
  var chosen = null;
  if ("noModule" in HTMLScriptElement.prototype) root.classList.add("vg-js");
  try {
    chosen = localStorage.getItem("scheme");
  } catch (refused) {
    chosen = null; // storage forbidden by the reader: the system's theme serves
  }
  var dark = chosen === "dark" || (chosen !== "light" && matchMedia("(prefers-color-scheme: dark)").matches);
  root.setAttribute("data-fr-theme", dark ? "dark" : "light");
})();
