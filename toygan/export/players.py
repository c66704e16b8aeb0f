"""The networks of both players as `nn.Sequential`, and where its weights lie in a player's parameters."""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from dataclasses import dataclass, field

import torch
from torch import Tensor

from toygan.export.source import Refused
from toygan.parts.networks import ACTIVATIONS, MLP, Network
from toygan.parts.networks.dropout import DropoutMLP, NoisyMLP
from toygan.parts.networks.layers import BatchNormMLP, LayerNormMLP, LeakyReLU, Maxout, NormalisedMLP, WeightNormMLP
from toygan.parts.networks.plain import Linear, Point, Shift
from toygan.parts.noises import WithTable
from toygan.parts.regularizers.batch_aware import EPSILON, SimilarityMLP, StddevMLP
from toygan.parts.regularizers.veegan import WithEncoder

WIDTH = 100  # characters of a line of layers
MODULES = {
    "relu": "nn.ReLU()",
    "tanh": "nn.Tanh()",
    "sigmoid": "nn.Sigmoid()",
    "softplus": "nn.Softplus()",
    "silu": "nn.SiLU()",
}
CLASSES = {
    "Scale": '''
class Scale(nn.Module):
    """A factor of all units."""

    def __init__(self, factor):
        super().__init__()
        self.factor = factor

    def forward(self, x):
        return self.factor * x
''',
    "Maxout": '''
class Maxout(nn.Module):
    """The maximum of neighbouring units (Goodfellow et al. 2013)."""

    def __init__(self, pieces):
        super().__init__()
        self.pieces = pieces

    def forward(self, x):
        return x.unflatten(-1, (-1, self.pieces)).amax(-1)
''',
    "Point": '''
class Point(nn.Module):
    """One point, for any noise."""

    def __init__(self, dim):
        super().__init__()
        self.place = nn.Parameter(torch.randn(dim))

    def forward(self, z):
        return self.place.expand(len(z), -1)
''',
    "Shift": '''
class Shift(nn.Module):
    """Noise that is moved: z + theta."""

    def __init__(self, dim):
        super().__init__()
        self.place = nn.Parameter(torch.randn(dim))

    def forward(self, z):
        return z + self.place
''',
    "MinibatchStddev": f'''
class MinibatchStddev(nn.Module):
    """One more unit: the spread of the batch, averaged over all units (Karras et al. 2018, sec. 3)."""

    def __init__(self, scale):
        super().__init__()
        self.scale = scale

    def forward(self, x):
        spread = (x.var(dim=0, correction=0) + {EPSILON}).sqrt().mean()
        return torch.cat([x, (self.scale * spread).expand(len(x), 1)], dim=-1)
''',
    "MinibatchSimilarity": '''
class MinibatchSimilarity(nn.Module):
    """More units: the closeness of a sample to the batch in learned projections (Salimans et al. 2016, sec. 3.2)."""

    def __init__(self, units, extra, dims):
        super().__init__()
        self.extra, self.projection = extra, nn.Linear(units, extra * dims, bias=False)

    def forward(self, x):
        m = self.projection(x).unflatten(-1, (self.extra, -1))
        apart = (m[:, None] - m[None]).abs().sum(-1)
        return torch.cat([x, (-apart).exp().mean(1)], dim=-1)
''',
    "DropoutMLP": '''
class DropoutMLP(nn.Sequential):
    """Layers with dropout: the inputs end with a factor for each hidden unit, 0 or 1 / (1 - rate)."""

    def forward(self, x):
        units = [layer.out_features for layer in self if isinstance(layer, nn.Linear)][:-1]
        x, *factors = x.split([x.shape[-1] - sum(units), *units], dim=-1)
        for layer in self:
            x = layer(x)
            if not isinstance(layer, nn.Linear) and factors:
                x = x * factors.pop(0).detach()
        return x
''',
    "WeightNormLinear": '''
class WeightNormLinear(nn.Linear):
    """Directions of weights times learned lengths (Salimans and Kingma 2016); torch's own lacks second derivatives."""

    def __init__(self, ins, outs):
        super().__init__(ins, outs)
        self.length = nn.Parameter(self.weight.detach().norm(dim=1, keepdim=True))

    def forward(self, x):
        return linear(x, self.length * self.weight / self.weight.norm(dim=1, keepdim=True), self.bias)
''',
    "WithEncoder": '''
class WithEncoder(nn.Module):
    """A generator, and an encoder of data into latent points, which learn together (Srivastava et al. 2017)."""

    def __init__(self, generator, encoder):
        super().__init__()
        self.generator, self.encoder = generator, encoder

    def forward(self, z):
        return self.generator(z)
''',
    "SpectralLinear": '''
class SpectralLinear(nn.Linear):
    """A layer whose weights are divided by their largest singular value, |u W| (Miyato et al. 2018, sec. 2.1)."""

    def start(self):
        self.u = normalize(torch.ones_like(self.weight[:, 0]), dim=0)
        for _ in range(50):
            self.iterate()

    def iterate(self):
        """Bring u closer to the left singular vector, by one power iteration."""
        with torch.no_grad():
            self.u = normalize(self.weight @ (self.u @ self.weight), dim=0)

    def forward(self, x):
        return linear(x, self.weight / (self.u @ self.weight).norm().clamp(min=1e-12), self.bias)
''',
}


@dataclass
class Layers:
    """A network in the making: its modules, and each tensor of the state dict in the order of a player's parameters.

    `keys` are names and shapes; a shape that ends with -1 is that of a matrix that the player keeps transposed.
    """

    modules: list[str] = field(default_factory=list)
    keys: list[tuple[str, tuple[int, ...]]] = field(default_factory=list)
    classes: list[str] = field(default_factory=list)
    start: list[str] = field(default_factory=list)  # lines that draw initial weights
    features: int = 0  # modules before the last layer
    kind: str = "nn.Sequential"
    imports: list[tuple[str, str]] = field(default_factory=list)

    def add(self, module: str, **shapes: tuple[int, ...]) -> None:
        """Add a module with these tensors."""
        self.keys += [(f"{len(self.modules)}.{name}", shape) for name, shape in shapes.items()]
        self.modules.append(module)
        name = module.split("(")[0]
        if name in CLASSES and name not in self.classes:
            self.classes.append(name)

    def text(self, name: str) -> str:
        """Return the definition of the network as the variable `name`."""
        if self.kind == "WithEncoder":
            return f"{name} = WithEncoder({', '.join(self.modules)})"
        lines = textwrap.wrap(", ".join(self.modules), WIDTH, break_long_words=False)
        if len(lines) == 1 and len(lines[0]) < WIDTH - 20:
            return "\n".join([f"{name} = {self.kind}({lines[0]})", *self._start(name)])
        whole = "\n".join("    " + line for line in lines)
        return "\n".join([f"{name} = {self.kind}(", whole + ",", ")", *self._start(name)])

    def _start(self, name: str) -> list[str]:
        return [line.format(name=name) for line in self.start]

    def state(self, theta: Tensor) -> dict[str, Tensor]:
        """Return a state dict from the parameters of one player `(n_params,)`."""
        found, place = {}, 0
        for key, shape in self.keys:
            turned, sizes = shape[-1] == -1, tuple(n for n in shape if n != -1)
            n = torch.Size(sizes).numel()
            x = theta[place : place + n]
            found[key] = (x.view(sizes[::-1]).T if turned else x.view(sizes)).clone().contiguous()
            place += n
        if place != len(theta):
            raise Refused("its parameters have another order")
        return found


def build(network: Network, spectral: float | None = None) -> Layers:
    """Return the layers of a network; with `spectral` those of a spectrally normalised one with this output scale."""
    if type(network) not in BUILDERS:
        known = "toygan's own networks"
        raise Refused(f"{type(network).__name__} has no nn.Sequential; supported: {known}")
    made = Layers()
    if spectral is not None and type(network) not in (MLP, Maxout):
        raise Refused("spectral-norm is written for 'mlp' and 'maxout' alone")
    BUILDERS[type(network)](made, network, spectral)
    return made


def _activation(spec: str) -> str:
    function = ACTIVATIONS.make(spec)
    if isinstance(function, LeakyReLU):
        return f"nn.LeakyReLU({function.slope!r})"
    for name, module in MODULES.items():
        if ACTIVATIONS[name] is function:
            return module
    raise Refused(f"activation {spec!r} has no module; supported: {', '.join([*MODULES, 'leaky-relu'])}")


def _mlp(made: Layers, net: MLP, spectral: float | None = None) -> None:
    linear = "nn.Linear" if spectral is None else "SpectralLinear"
    if net.shape.scale != 1:
        made.add(f"Scale({net.shape.scale!r})")
    extra_keys: list[tuple[str, tuple[int, ...]]] = []
    normalised = isinstance(net, NormalisedMLP)
    for ins, outs in net.layers[:-1]:
        at = len(made.modules)
        if isinstance(net, LayerNormMLP):
            made.modules += [f"nn.Linear({ins}, {outs}, bias=False)", f"nn.LayerNorm({outs})"]
        elif isinstance(net, BatchNormMLP):
            made.modules += [
                f"nn.Linear({ins}, {outs}, bias=False)",
                f"nn.BatchNorm1d({outs}, track_running_stats=False)",
            ]
        elif isinstance(net, WeightNormMLP):
            _weight_normed(made, extra_keys, ins, outs)
        else:
            made.add(f"{linear}({ins}, {outs})", weight=(outs, ins), bias=(outs,))
        if normalised:
            made.keys += [(f"{at}.weight", (outs, ins)), (f"{at + 1}.bias", (outs,))]
            extra_keys.append((f"{at + 1}.weight", (outs,)))
        made.add(f"Maxout({net.pieces})" if isinstance(net, Maxout) else _activation(net.shape.activation))
    made.features = len(made.modules)
    if isinstance(net, StddevMLP):
        made.add(f"MinibatchStddev({net.scale!r})")
    if isinstance(net, SimilarityMLP):
        units = net.layers[-1][0] - net.extra
        extra_keys.append((f"{len(made.modules)}.projection.weight", (net.extra * net.dims, units, -1)))
        made.add(f"MinibatchSimilarity({units}, {net.extra}, {net.dims})")
    ins, outs = net.layers[-1]
    if isinstance(net, WeightNormMLP):
        _weight_normed(made, extra_keys, ins, outs)
    else:
        made.add(f"{linear}({ins}, {outs})", weight=(outs, ins), bias=(outs,))
    made.keys += extra_keys
    if spectral is not None:
        made.imports += [("torch.nn.functional", "linear"), ("torch.nn.functional", "normalize")]
        made.add(f"Scale({spectral!r})")
    if net.shape.output != "identity":
        made.add(MODULES[net.shape.output])
    if net.shape.output_scale != 1:
        made.add(f"Scale({net.shape.output_scale!r})")
    _draw_weights(made, net)


def _weight_normed(made: Layers, extra: list[tuple[str, tuple[int, ...]]], ins: int, outs: int) -> None:
    extra.append((f"{len(made.modules)}.length", (outs, 1)))
    made.imports.append(("torch.nn.functional", "linear"))
    made.add(f"WeightNormLinear({ins}, {outs})", weight=(outs, ins), bias=(outs,))


def _draw_weights(made: Layers, net: MLP) -> None:
    init, gain = net.shape.init, net.shape.gain
    if init == "uniform" and gain == 1:
        return
    if isinstance(net, WeightNormMLP):
        raise Refused("weight-norm-mlp is written with init='uniform' and gain=1 alone")
    lines = {
        "uniform": [],
        "he": ["nn.init.kaiming_uniform_(layer.weight, nonlinearity='relu')"],
        "orthogonal": ["nn.init.orthogonal_(layer.weight)"],
        "normal": ["nn.init.normal_(layer.weight)"],
    }[init]
    if init != "uniform":
        lines = [*lines, "if layer.bias is not None:", "    nn.init.zeros_(layer.bias)"]
    scaled = [f"layer.weight.data.mul_({gain!r})"] if gain != 1 else []
    inner = [*lines, *scaled]
    made.start = ["for layer in {name}:", "    if isinstance(layer, nn.Linear):", *["        " + x for x in inner]]


def _dropout(made: Layers, net: DropoutMLP, _: float | None) -> None:
    if net.shape.scale != 1 or net.shape.output != "identity" or net.shape.output_scale != 1:
        raise Refused("dropout is written for networks without scale, output and output_scale alone")
    _mlp(made, net)
    made.kind = "DropoutMLP"
    made.classes.append("DropoutMLP")


def _linear(made: Layers, net: Network, _: float | None) -> None:
    made.add(f"nn.Linear({net.inputs}, {net.outputs}, bias=False)", weight=(net.outputs, net.inputs, -1))
    made.start = ["nn.init.normal_({name}[0].weight)"]


def _point(made: Layers, net: Network, _: float | None) -> None:
    made.add(f"{type(net).__name__}({net.outputs})", place=(net.outputs,))


def _table(made: Layers, net: WithTable, _: float | None) -> None:
    if net.beside:
        raise Refused("a learned table is written without dropout alone")
    inner = build(net.inner)
    made.add(f"nn.Embedding({net.rows}, {net.latent})", weight=(net.rows, net.latent))
    for key, shape in inner.keys:
        number, rest = key.split(".", 1)
        made.keys.append((f"{int(number) + 1}.{rest}", shape))
    made.modules += inner.modules
    made.classes, made.start, made.imports, made.kind = inner.classes, inner.start, inner.imports, inner.kind


def _encoded(made: Layers, net: WithEncoder, _: float | None) -> None:
    made.kind, made.classes = "WithEncoder", ["WithEncoder"]
    for name in ("generator", "encoder"):
        inner = build(getattr(net, name))
        if inner.start:
            raise Refused("an encoder is written for networks with init='uniform' and gain=1 alone")
        made.modules.append(f"{inner.kind}({', '.join(inner.modules)})")
        made.keys += [(f"{name}.{key}", shape) for key, shape in inner.keys]
        made.classes += [kind for kind in inner.classes if kind not in made.classes]
        made.imports += inner.imports


BUILDERS: dict[type[Network], Callable[..., None]] = {
    MLP: _mlp,
    Maxout: _mlp,
    LayerNormMLP: _mlp,
    BatchNormMLP: _mlp,
    WeightNormMLP: _mlp,
    StddevMLP: _mlp,
    SimilarityMLP: _mlp,
    NoisyMLP: _dropout,
    DropoutMLP: _dropout,
    Linear: _linear,
    Point: _point,
    Shift: _point,
    WithTable: _table,
    WithEncoder: _encoded,
}
