"""Metadata routing of meta-estimators: sample weights for their members."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sklearn import get_config
from sklearn.base import BaseEstimator
from sklearn.pipeline import Pipeline
from sklearn.utils.metadata_routing import (
    MetadataRouter,
    MethodMapping,
    process_routing,
)

from skrnn._sklearn import raise_for_params

__all__ = ["fit_router", "route_fit", "weight_name"]


def fit_router(owner: Any, members: Mapping[str, Any]) -> MetadataRouter:
    """Return the router of a meta-estimator whose ``fit`` fits its members."""
    mapping = MethodMapping().add(caller="fit", callee="fit")
    return MetadataRouter(owner=owner).add(method_mapping=mapping, **members)


def route_fit(
    owner: Any, members: Mapping[str, Any], sample_weight: Any, params: dict[str, Any]
) -> dict[str, dict[str, Any]]:
    """Return the keyword arguments of the ``fit`` of each member.

    If scikit-learn's metadata routing is enabled, members get what they request;
    otherwise every member gets the sample weights, and nothing else is accepted.
    """
    if get_config()["enable_metadata_routing"]:
        if sample_weight is not None:
            params = {**params, "sample_weight": sample_weight}
        routed = process_routing(owner, "fit", **params)
        return {name: dict(routed[name]["fit"]) for name in members}
    raise_for_params(params, owner, "fit")
    if sample_weight is None:
        return {name: {} for name in members}
    return {
        name: {weight_name(member): sample_weight} for name, member in members.items()
    }


def weight_name(estimator: BaseEstimator) -> str:
    """Return the keyword argument for the sample weights in ``fit``.

    Of a Pipeline, that of its last step, unless metadata routing is enabled.
    """
    if isinstance(estimator, Pipeline) and not get_config()["enable_metadata_routing"]:
        name, last = estimator.steps[-1]
        return f"{name}__{weight_name(last)}"
    return "sample_weight"
