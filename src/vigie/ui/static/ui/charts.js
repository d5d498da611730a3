// Loads the State's chart components when a drawing comes near the screen. They weigh more than all the rest of a page
// and hold a telephone for a second; the figures are in the table that follows each drawing.

const NEAR = "400px";
const source = document.querySelector("script[data-vg-charts]");

function load() {
  const style = document.createElement("link");
  style.rel = "stylesheet";
  style.href = source.dataset.vgStyle;
  document.head.append(style);
  import(source.dataset.vgCharts);
}

const near = new IntersectionObserver((drawings) => {
  if (!drawings.some((drawing) => drawing.isIntersecting)) return;
  near.disconnect();
  load();
}, { rootMargin: NEAR });
document.querySelectorAll(".vg-chart__drawing").forEach((drawing) => near.observe(drawing));
