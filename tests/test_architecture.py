"""The arrows between modules: who may import whom, and which outside packages; read from the sources."""

from __future__ import annotations

import ast
import subprocess
import sys
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

import toygan

PACKAGE = Path(toygan.__file__).parent
FILES = sorted(path for path in PACKAGE.rglob("*.py"))

# A layer is a package or a module right under toygan; each may import itself and what stands beside it.
ENGINE = {"text", "parts", "randomness", "knobs", "recipe", "identity", "training", "limits"}
ARROWS: dict[str, set[str]] = {
    "text": set(),
    "parts": {"text", "randomness", "files"},
    "chart": set(),
    "locks": set(),
    "files": {"locks"},
    "randomness": set(),
    "knobs": {"text", "parts"},
    "assembly": {"knobs", "text", "parts"},
    "usual_names": {"text", "parts"},
    "recipe": {"assembly", "usual_names", "knobs", "text", "parts"},
    "identity": {"recipe", "knobs", "parts"},
    "compiler": set(),
    "training": {"files", "randomness", "recipe", "identity", "text", "parts", "compiler"},
    "limits": {"recipe", "parts", "training", "text"},
    "export": ENGINE,
    "runs": ENGINE | {"compiler", "files"},
    "measure": ENGINE | {"runs"},
    "sweeps": ENGINE | {"compiler", "runs", "measure", "chart", "files"},
    "panels": ENGINE | {"runs", "measure", "chart", "files"},
    "explore": ENGINE | {"runs", "measure", "sweeps", "panels", "chart", "files"},
    "models": ENGINE | {"runs", "measure", "panels", "chart", "files"},
    "remedy": ENGINE | {"runs", "measure", "sweeps"},
    "studies": ENGINE | {"runs", "measure", "sweeps", "remedy", "panels", "chart", "files"},
    "teach": ENGINE | {"runs", "measure", "studies", "chart", "sweeps", "play", "files"},
    "play": ENGINE
    | {"runs", "measure", "sweeps", "remedy", "panels", "explore", "chart", "files", "studies"}
    | {"export"},
    "site": ENGINE | {"explore", "sweeps", "chart", "files"},
    "cli": ENGINE
    | {"runs", "measure", "panels", "models", "chart", "files", "locks", "sweeps", "remedy", "studies", "play"}
    | {"explore", "export", "site"},
    "__main__": {"cli"},
}

# Outside the standard library, a layer needs these and no others; a panel says what is to be seen, and paints nothing.
NUMBERS, PAINTING = {"torch", "numpy", "scipy"}, {"matplotlib", "PIL"}
WIDGETS = {"ipywidgets", "anywidget", "traitlets", "IPython"}
OUTSIDE: dict[str, set[str]] = {
    "chart": {"numpy"} | PAINTING,
    "compiler": {"torch", "platformdirs"},
    "parts": NUMBERS | {"sklearn", "pandas"},
    "training": NUMBERS | {"safetensors", "pandas"},
    "limits": {"torch", "psutil"},
    "export": {"torch", "safetensors"},
    "measure": NUMBERS | {"rich"},
    "sweeps": NUMBERS | {"pandas", "tqdm"},
    "remedy": NUMBERS | {"tqdm"},
    "explore": NUMBERS | {"tqdm"},
    "models": NUMBERS | {"pandas"},
    "studies": NUMBERS | {"tqdm", "pandas"},
    "teach": NUMBERS | WIDGETS | {"tqdm", "pandas"},
    "play": NUMBERS | PAINTING | WIDGETS | {"pandas"},
    "site": {"nbconvert", "nbclient", "nbformat", "bs4", "pygments", "latex2mathml", "tqdm"},
    "cli": NUMBERS | PAINTING | {"click", "tqdm", "rich", "pandas", "distributed", "jupyter_server", "traitlets"},
}


def module_of(path: Path) -> str:
    parts = ("toygan", *path.relative_to(PACKAGE).with_suffix("").parts)
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {module_of(path): path for path in FILES}


def layer_of(module: str) -> str:
    return module.split(".")[1] if "." in module else ""


@cache
def imports_of(module: str) -> frozenset[str]:
    """The modules that a file names in its imports, wherever in the file they stand."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(MODULES[module].read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module} imports relatively; whole names can be searched for"
            full = {f"{node.module}.{alias.name}" for alias in node.names}
            found |= {name if name in MODULES else str(node.module) for name in full}
    return frozenset(found)


def test_arrows_point_one_way() -> None:
    for module in MODULES.keys() - {"toygan"}:
        layer = layer_of(module)
        assert layer in ARROWS, f"{layer} is a new layer: say in ARROWS what it may import"
        inside = {name for name in imports_of(module) if name.split(".")[0] == "toygan"}
        assert "toygan" not in inside, f"{module}: inside the package, import from the module that defines a name"
        up = {name for name in inside if layer_of(name) not in ARROWS[layer] | {layer}}
        assert not up, f"{module} imports {', '.join(up)}"


def test_a_layer_needs_only_its_own_outside_packages() -> None:
    for module in MODULES:
        outside = {name.split(".")[0] for name in imports_of(module)} - set(sys.stdlib_module_names) - {"toygan"}
        foreign = outside - OUTSIDE.get(layer_of(module), NUMBERS)
        assert not foreign, f"{module} needs {', '.join(foreign)}"


def test_layers_are_in_no_circle() -> None:
    TopologicalSorter(ARROWS).prepare()


def test_no_file_is_in_a_circle() -> None:
    graph = {name: {other for other in imports_of(name) if other in MODULES and other != name} for name in MODULES}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail("circle: " + " <- ".join(error.args[1]))


def test_no_two_classes_share_a_name() -> None:
    homes: dict[str, list[str]] = {}
    for module, path in MODULES.items():
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.ClassDef):
                homes.setdefault(node.name, []).append(module)
    assert {name: modules for name, modules in homes.items() if len(modules) > 1} == {}


def test_public_names_are_loaded_from_where_the_types_say() -> None:
    tree = ast.parse((PACKAGE / "__init__.py").read_text(encoding="utf-8"))
    typed = {
        alias.name: node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) for alias in node.names
    }
    assert {name: home for name, home in typed.items() if str(home).startswith("toygan")} == toygan.NAMES
    assert set(dir(toygan)) == toygan.NAMES.keys()


def test_the_command_line_says_its_version_and_commands_without_torch() -> None:
    code = "import sys; from toygan.cli import COMMANDS, main; print(*sys.modules)"
    out = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout
    assert not {"torch", "numpy", "matplotlib"} & set(out.split())


# By stages of one process, what each may not have loaded: to learn that it would takes a second each time.
STAGES = {
    "from toygan import Population, Recipe, train": {"ipywidgets", "matplotlib", "anywidget", "click"},
    "list(train(Recipe(), steps=1, every=1))": {"torch._dynamo"},  # torch's compiler, slower to load than torch
    "from toygan.training.program import Program; Program(Population(Recipe(width=4)))": {"torch._dynamo"},
    "from toygan.runs.fleet import Fleet; Fleet(Recipe(width=4)).step()": {"torch._dynamo"},
    "import toygan.panels": {"matplotlib"},
    "import toygan.panels.picture": {"matplotlib.pyplot"},
    "from toygan.play.session import Session; Session(Recipe())": {"ipywidgets", "torch._dynamo"},
}


def test_nothing_is_loaded_before_it_is_needed_and_the_engine_needs_torch_alone() -> None:
    print_loaded = "print(*set(sys.modules) - before)"
    lines = ["import sys, torch; before = set(sys.modules)"]
    for stage in STAGES:
        lines += [stage, print_loaded]
    ran = subprocess.run([sys.executable, "-c", "\n".join(lines)], check=True, capture_output=True, text=True)
    loaded = [set(line.split()) for line in ran.stdout.splitlines()]
    for (stage, unneeded), modules in zip(STAGES.items(), loaded, strict=True):
        assert not unneeded & modules, stage
    assert {name.split(".")[0] for name in loaded[0]} - set(sys.stdlib_module_names) == {"toygan"}


# What lessons, other tests and users build on.
PUBLIC = [
    "Recipe", "Population", "train", "Playground", "theory", "evaluate",
    "LOSSES", "REGULARIZERS", "DISTRIBUTIONS", "OPTIMIZERS", "TURNS", "METRICS", "NETWORKS", "PANELS",
    "Loss", "Regularizer", "Distribution", "Optimizer", "Turn", "Metric", "Network", "Panel", "State", "claims",
    "gallery",
    "Recipe.to_string", "Recipe.from_string", "Recipe.to_json", "Recipe.from_json", "Recipe.parts", "Recipe.seeds",
    "Population.step", "Population.run", "Population.generate", "Population.critic", "Population.snapshot",
    "Population.state", "Population.restore", "Population.copies",
    "theory.game_field", "theory.game_jacobian",
]  # fmt: skip


def test_public_names_stay() -> None:
    for name in PUBLIC:
        found: object = toygan
        for part in name.split("."):
            found = getattr(found, part)


def test_a_population_and_its_snapshot_keep_their_attributes() -> None:
    recipe = toygan.Recipe(width=4, batch=4)
    population = toygan.Population([recipe, recipe.but(seed=1)])
    snapshot = population.snapshot(n=16)
    assert population.steps == snapshot.step == 0
    assert len(population.generator.theta) == len(population.discriminator.theta) == 2
    assert snapshot.samples.shape == population.generate(16).shape == (2, 16, 2)
    assert population.generate(16, member=1).shape == (16, 2)
    assert population.critic(snapshot.samples).shape == (2, 16)
    assert snapshot.metrics["modes-covered"].shape == snapshot.alive.shape == (2,)


def test_ring8_is_the_ring_of_the_lessons() -> None:
    ring = toygan.DISTRIBUTIONS["ring8"]
    assert ring.modes.shape == (8, 2)
    assert ring.sigma == 0.02
    assert ring.modes.norm(dim=-1).tolist() == pytest.approx([1.0] * 8)


def test_charts_know_nothing_of_toygan_and_panels_nothing_of_matplotlib() -> None:
    for module in MODULES:
        inside = {layer_of(name) for name in imports_of(module) if name.split(".")[0] == "toygan"}
        assert layer_of(module) != "chart" or inside <= {"chart"}, module
        outside = {name.split(".")[0] for name in imports_of(module)}
        assert layer_of(module) != "panels" or "matplotlib" not in outside, module
