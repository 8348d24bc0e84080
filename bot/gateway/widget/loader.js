/* The one script tag of a clinic's page: a button, and behind it the chat in a frame from our origin.
   Runs in somebody else's page: touches nothing of it, keeps its styles in a shadow root, and trusts
   no message that does not come from that frame. */
(() => {
  "use strict";
  const script = document.currentScript;
  if (!script || document.querySelector("spine-intake")) return;
  const origin = new URL(script.src).origin;
  const chosen = /* the clinic's choice */ {};
  const left = (script.dataset.position || chosen.position) === "left";
  const label = script.dataset.label || chosen.label;

  const host = document.createElement("spine-intake");
  const root = host.attachShadow({ mode: "open" });
  const styles = `
    :host{all:initial}
    button,.panel{position:fixed;bottom:20px;${left ? "left" : "right"}:20px;z-index:2147483000;box-sizing:border-box}
    button{font:600 17px/1.2 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif;display:flex;gap:10px;align-items:center;
      min-height:56px;padding:0 24px 0 20px;border:2px solid transparent;border-radius:28px;background:${chosen.deep};color:#fff;cursor:pointer;
      box-shadow:0 6px 24px rgba(20,50,47,.28)}
    button:hover{background:${chosen.deeper}}
    button:focus-visible{outline:3px solid #fff;box-shadow:0 0 0 6px ${chosen.deep}}
    [hidden]{display:none!important}
    .dot{min-width:24px;height:24px;border-radius:12px;background:#fff;color:${chosen.deep};font-size:15px;line-height:24px;text-align:center}
    .panel{width:408px;height:min(680px,calc(100vh - 40px));border-radius:20px;overflow:hidden;background:${chosen.paper};
      box-shadow:0 12px 48px rgba(20,50,47,.32)}
    iframe{width:100%;height:100%;border:0;display:block}
    @media (max-width:480px){.panel{inset:0;width:100%;height:100dvh;border-radius:0}}
    @media (prefers-reduced-motion:no-preference){button{transition:background .15s}}
    @media (forced-colors:active){button,.panel{border:2px solid ButtonText}}`;
  if ("adoptedStyleSheets" in root) {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(styles);
    root.adoptedStyleSheets = [sheet];
  } else {
    const element = document.createElement("style");
    element.textContent = styles;
    root.append(element);
  }

  const button = document.createElement("button");
  button.type = "button";
  button.setAttribute("aria-expanded", "false");
  button.setAttribute("aria-haspopup", "dialog");
  const words = document.createElement("span");
  words.textContent = label;
  const dot = document.createElement("span");
  dot.className = "dot";
  dot.hidden = true;
  button.append(words, dot);

  const panel = document.createElement("div");
  panel.className = "panel";
  panel.hidden = true;
  panel.setAttribute("role", "dialog");
  panel.setAttribute("aria-label", label);
  root.append(panel, button);
  document.body.append(host);

  let frame = null;
  const tell = (type) => frame.contentWindow.postMessage({ source: "spine-intake", type }, origin);

  function open() {
    panel.hidden = false;
    button.hidden = true;
    dot.hidden = true;
    button.setAttribute("aria-expanded", "true");
    if (frame) return tell("opened");
    frame = document.createElement("iframe");
    frame.title = label;
    frame.src = origin + "/widget/frame";
    frame.addEventListener("load", () => tell("hello"));
    panel.append(frame);
  }

  function close() {
    panel.hidden = true;
    button.hidden = false;
    button.setAttribute("aria-expanded", "false");
    button.focus();
    tell("closed");
  }

  function unread(count) {
    dot.hidden = !(count > 0);
    dot.textContent = count > 0 ? String(Math.min(count, 99)) : "";
    button.setAttribute("aria-label", count > 0 ? `${label}, ${count} new` : label);
  }

  window.addEventListener("message", (event) => {
    if (!frame || event.source !== frame.contentWindow || event.origin !== origin) return;
    const data = event.data;
    if (typeof data !== "object" || data === null || data.source !== "spine-intake") return;
    if (data.type === "close" && !panel.hidden) close();
    if (data.type === "unread" && Number.isInteger(data.count) && panel.hidden) unread(data.count);
  });
  button.addEventListener("click", open);
})();
