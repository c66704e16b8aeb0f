"""The page of a live view, with a kernel that only listens."""

from __future__ import annotations

from toygan.play.view import View

SCRIPT = View._esm.replace("export default", "globalThis.widget =")
KERNEL = """() => {
    const hear = {}, traits = { width: 960, height: 540, present: false, acts: ["step-d", "step-g", "slow", "tour"] };
    traits.opening = globalThis.opening ?? null;
    globalThis.said = [];
    const model = {
        get: (name) => traits[name],
        set: (name, value) => { traits[name] = value; },
        save_changes: () => {},
        send: (content) => { if (globalThis.dead) throw new Error("dead"); said.push(content); },
        on: (event, act) => { hear[event] = act; },
        off: (event) => { delete hear[event]; },
    };
    Object.assign(globalThis, { model, hear });
    globalThis.tell = (content, buffers = []) => hear["msg:custom"](content, buffers);
    globalThis.heard = () => Object.keys(hear).sort();
    globalThis.dead = false;
    document.body.innerHTML =
        "<div class='toygan-playground'><input id=slider><div id=here></div></div><input id=other>";
    globalThis.end = widget.render({ model, el: document.querySelector("#here") });
}"""
WORDS = {
    "status": "iteration 3 · seed 0", "iteration": 3, "message": "", "refused": False, "playing": False, "focus": 0,
    "seeds": 3, "verdict": "healthy", "evidence": "w1 0.1", "cause": "", "remedy": "",
}  # fmt: skip
