"""Jobs: text that another process can read, and a key that tells them apart."""

from __future__ import annotations

import pytest
import torch

from toygan import Population, Recipe
from toygan.compiler import job as jobs
from toygan.compiler.build import graph_of
from toygan.compiler.job import Job
from toygan.training.program import Program


def job(**changes: object) -> Job:
    ((trace, like),) = Program(Population(Recipe(width=4, batch=8).but(**changes))).examples
    return Job.of(trace.graph, like)


def test_a_job_survives_as_text_and_gives_the_same_numbers() -> None:
    program = Program(Population(Recipe(width=4, batch=8).seeds(2)))
    ((trace, like),) = program.examples
    read = Job.from_json(Job.of(trace.graph, like).to_json())
    graph, shapes = graph_of(read)
    assert [x.shape for x in shapes] == [x.shape for x in like]
    assert all(torch.equal(a, b) for a, b in zip(graph(*like), trace.graph(*like), strict=True))


def test_equal_operations_have_one_key_whatever_their_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    plain = job()
    assert plain.key == job(lr_g=0.1, seed=3, beta1=0.0).key
    others = [job(width=5), job(loss="hinge"), job(batch=16)]
    assert len({plain.key, *(other.key for other in others)}) == 4
    before = plain.key
    monkeypatch.setattr(jobs, "FORMAT", jobs.FORMAT + 1)
    assert plain.key != before


def test_a_graph_keeps_what_depends_on_no_input() -> None:
    (job,) = Program(Population(Recipe(width=4, batch=8, regularizers={"spectral-norm": 1}))).list_jobs()
    graph, like = graph_of(job)
    assert len([node for node in graph.graph.nodes if node.op == "placeholder"]) == len(like)
    assert all("val" in node.meta for node in graph.graph.nodes if node.op == "call_function")
