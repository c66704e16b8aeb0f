// The live picture and its three buttons. The kernel sends a frame; the page shows it and says so; only then comes more.
const BUTTONS = [
  ["play", "Play", "fa-play", "play or pause (space on the picture)"],
  ["step", "Step", "fa-step-forward", "one iteration (right arrow on the picture)"],
  ["reset", "Reset", "fa-refresh", "from iteration 0 again, with the settings as they are"],
];
const KEYS = { " ": "play", ArrowRight: "step", ".": "step" };

function make(tag, className, properties = {}) {
  return Object.assign(document.createElement(tag), { className, ...properties });
}

function label(button, text, icon) {
  if (button.textContent === text) return;
  button.replaceChildren(make("i", `fa ${icon}`, { ariaHidden: "true" }), text);
}

function render({ model, el }) {
  const view = Math.random().toString(36).slice(2);
  let here = true;
  const say = (content) => {
    if (!here) return;
    try {
      model.send({ view, ...content });
    } catch {
      // the kernel is gone, and with it everyone who would hear
    }
  };

  const buttons = BUTTONS.map(([name, text, icon, title]) => {
    const button = make("button", `jupyter-widgets jupyter-button toygan-${name}`, { title });
    label(button, text, icon);
    button.addEventListener("click", () => say({ do: name }));
    return button;
  });
  const status = make("div", "toygan-status", { role: "status" });
  const where = status.appendChild(make("div", "toygan-where"));
  const message = status.appendChild(make("div", "toygan-message"));
  const bar = make("div", "toygan-bar");
  bar.append(...buttons, status);

  const picture = make("img", "toygan-view", {
    tabIndex: 0,
    title: "Space: play or pause. Right arrow: one iteration.",
  });
  picture.style.setProperty("--toygan-shape", model.get("width") / model.get("height"));
  picture.style.setProperty("--toygan-room", `${model.get("room")}px`);
  const diagnosis = make("div", "toygan-diagnosis");
  const words = ["verdict", "evidence", "cause", "knob"].map((name) => [
    name,
    diagnosis.appendChild(make("span", `toygan-${name}`)),
  ]);
  el.append(bar, picture, diagnosis);

  // JupyterLab takes keys as its own at the document, so ours are caught one step before: those of the picture, and those
  // with which a menu or a button is worked, whose default action goes on.
  const keys = (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target === picture && KEYS[event.key]) {
      event.preventDefault();
      event.stopPropagation();
      say({ do: KEYS[event.key] });
    } else if (event.target.matches?.(".toygan-playground :is(select, button, input)")) event.stopPropagation();
  };
  window.addEventListener("keydown", keys, true);

  // A slider's handle has no name of its own; a screen reader is to say which field it moves.
  const named = ({ target }) => {
    if (target.matches?.(".toygan-playground .noUi-handle") && !target.ariaLabel) {
      target.ariaLabel = target.closest(".widget-slider")?.querySelector("label")?.textContent ?? null;
    }
  };
  window.addEventListener("focusin", named);

  const urls = new Map(); // frame number -> object URL, of the frame that is shown and of those on their way
  let loaded = 0; // the last frame that has come to be painted
  const painted = () => {
    for (const [frame, url] of urls) {
      if (frame < loaded) {
        URL.revokeObjectURL(url);
        urls.delete(frame);
      }
    }
    say({ shown: loaded });
  };
  const hidden = () => document.hidden && painted();
  document.addEventListener("visibilitychange", hidden);
  const show = (news, buffers) => {
    where.textContent = picture.alt = news.status;
    message.textContent = message.title = news.message;
    where.title = news.status;
    for (const [name, span] of words) span.textContent = news[name];
    status.classList.toggle("toygan-refused", news.refused);
    status.ariaLive = news.playing ? "off" : "polite"; // a screen reader is not to count iterations aloud
    label(buttons[0], ...(news.playing ? ["Pause", "fa-pause"] : ["Play", "fa-play"]));
    if (!buffers?.length) return;
    const url = URL.createObjectURL(new Blob([buffers[0]], { type: news.type }));
    urls.set(news.frame, url);
    // A hidden page paints nothing, but its run goes on; a visible one is sent no more than it can paint.
    picture.onload = picture.onerror = () => {
      loaded = news.frame;
      document.hidden ? painted() : requestAnimationFrame(painted);
    };
    picture.src = url;
  };
  model.on("msg:custom", show);

  // Screen pixels per pixel of the picture, in quarters, so that a still can be drawn as sharp as the screen is.
  let sharpness = 1;
  const measure = new ResizeObserver(() => {
    const now = Math.ceil((4 * devicePixelRatio * picture.clientWidth) / model.get("width")) / 4;
    if (now && now !== sharpness) say({ here: sharpness = now });
  });
  measure.observe(picture);
  say({ here: sharpness });

  return () => {
    model.off("msg:custom", show);
    measure.disconnect();
    document.removeEventListener("visibilitychange", hidden);
    window.removeEventListener("keydown", keys, true);
    window.removeEventListener("focusin", named);
    say({ gone: true });
    here = false;
    for (const url of urls.values()) URL.revokeObjectURL(url);
  };
}

export default { render };
