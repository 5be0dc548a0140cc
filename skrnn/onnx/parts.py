"""A fitted estimator as networks, linear models and their combination."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.calibration import CalibratedClassifierCV
from sklearn.ensemble import StackingClassifier, VotingClassifier
from sklearn.exceptions import NotFittedError
from sklearn.feature_extraction.text import (
    CountVectorizer,
    TfidfTransformer,
    TfidfVectorizer,
)
from sklearn.frozen import FrozenEstimator
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import FixedThresholdClassifier, TunedThresholdClassifierCV
from sklearn.pipeline import Pipeline
from sklearn.utils.validation import check_is_fitted

from skrnn._messages import describe_steps
from skrnn._sklearn import BaseSearchCV, active_steps, tuned_positive_label
from skrnn.baselines import NBSVMClassifier
from skrnn.ensemble.blend import BlendedClassifier
from skrnn.ensemble.distillation import DistilledClassifier
from skrnn.estimators.hierarchical import HierarchicalAttentionClassifier
from skrnn.estimators.ordinal import RNNOrdinalClassifier
from skrnn.estimators.recurrent import RNNSentimentClassifier
from skrnn.estimators.regression import RNNSentimentRegressor
from skrnn.networks.recurrent import Weights
from skrnn.networks.spec import NetworkSpec, check_weights
from skrnn.onnx.text_rules import write_bag_rules, write_text_rules
from skrnn.serving.combining import has_scores
from skrnn.text.sequencer import TextSequencer

__all__ = ["LinearModel", "ModelParts"]

_SUPPORTED = (
    "It takes a Pipeline of a TextSequencer and an RNNSentimentClassifier, "
    "RNNOrdinalClassifier, RNNSentimentRegressor or HierarchicalAttentionClassifier, "
    "a Pipeline of a CountVectorizer or "
    "TfidfVectorizer and a LogisticRegression or NBSVMClassifier, and around them "
    "BlendedClassifier, DistilledClassifier, CalibratedClassifierCV, "
    "FixedThresholdClassifier, TunedThresholdClassifierCV, StackingClassifier, "
    "VotingClassifier (soft), FrozenEstimator and searches."
)


@dataclass(frozen=True)
class LinearModel:
    """A linear model of a bag of words.

    Attributes
    ----------
    coef : ndarray of shape (n_scores, n_features)
        The weights of the features.
    intercept : ndarray of shape (n_scores,)
        The intercepts.
    idf : ndarray of shape (n_features,) or None
        The factors of the counts.
    norm : {"l1", "l2"} or None
        The norm by which the products are divided.
    """

    coef: npt.NDArray[np.float64]
    intercept: npt.NDArray[np.float64]
    idf: npt.NDArray[np.float64] | None = None
    norm: str | None = None

    @property
    def nbytes(self) -> int:
        """The size of its arrays."""
        return self.coef.nbytes + (0 if self.idf is None else self.idf.nbytes)


@dataclass
class ModelParts:
    """The parts of a graph, which :meth:`describe` collects.

    Attributes
    ----------
    texts : list of dict
        The text rules, and the names of the inputs that they produce.
    networks : list of tuple
        Specification, weights, name of the input and of the output of each network.
    linear_models : list of tuple
        Each linear model, the names of its inputs and of its output.
    """

    texts: list[dict[str, Any]] = field(default_factory=list)
    networks: list[tuple[NetworkSpec, Weights, str, str]] = field(default_factory=list)
    linear_models: list[tuple[LinearModel, list[str], str]] = field(
        default_factory=list
    )
    _inputs: dict[tuple[int, ...], list[str]] = field(default_factory=dict)

    @property
    def n_bytes(self) -> int:
        """The size of all weights."""
        networks = (w.nbytes for _, each, *_ in self.networks for w in each.values())
        return sum(networks) + sum(model.nbytes for model, *_ in self.linear_models)

    def describe(self, estimator: Any, before: tuple[Any, ...] = ()) -> dict[str, Any]:
        """Return the node of a fitted classifier, and collect its parts.

        :mod:`skrnn.serving.combining` computes the node. The transformers ``before``
        the classifier are fitted.

        Raises
        ------
        NotFittedError
            If an estimator is not fitted.
        TypeError
            If an estimator cannot be exported.
        """
        if type(estimator) is Pipeline:
            *steps, last = (step for _, step in active_steps(estimator))
            return self.describe(last, (*before, *steps))
        for cls, attribute in _DELEGATES.items():
            if isinstance(estimator, cls):
                _check_fitted(estimator)
                if not hasattr(estimator, attribute):
                    raise TypeError(
                        f"export_onnx got a {type(estimator).__name__} without "
                        f"{attribute}: set refit=True, or export a fitted estimator."
                    )
                return self.describe(getattr(estimator, attribute), before)
        for cls, describe in _COMBINED.items():
            if type(estimator) is cls:
                _check_fitted(estimator)
                return describe(self, estimator, before)
        kinds = [type(step) for step in (*before, estimator)]
        is_network = kinds in [[TextSequencer, kind] for kind in _NETWORKS]
        is_linear = kinds in [[*bag, kind] for bag in _BAGS for kind in _LINEAR]
        if not is_network and not is_linear:
            found = describe_steps(
                "Pipeline" if before else kinds[0].__name__, (*before, estimator)
            )
            hint = ""
            if kinds[1:] in [[TextSequencer, kind] for kind in _NETWORKS]:
                hint = (
                    f". Instead of the {kinds[0].__name__} before the TextSequencer, "
                    "pass its function for one text to TextSequencer(preprocessor=...) "
                    "and fit again"
                )
            raise _refusal(f"got {found}{hint}")
        for step in (*before, estimator):
            _check_fitted(step)
        if is_network:
            return self._network(before, estimator)
        return self._linear(before, estimator)

    def _network(self, before: tuple[Any, ...], classifier: Any) -> dict[str, Any]:
        (sequencer,) = before
        if (inputs := self._inputs.get((id(sequencer),))) is None:
            rules = write_text_rules(sequencer)
            inputs = self._add_text(before, "ids", ["ids"], rules)
        network = classifier._network
        weights = classifier._weights_to_export()
        check_weights(network.spec, weights)
        output = f"{network.head.onnx_output}{_ending(len(self.networks))}"
        self.networks.append((network.spec, weights, inputs[0], output))
        return {"kind": "output", "name": output, "link": network.head.link}

    def _linear(self, before: tuple[Any, ...], classifier: Any) -> dict[str, Any]:
        counter, weighting = before[0], before[-1]
        is_weighted = not isinstance(weighting, CountVectorizer) or isinstance(
            weighting, TfidfVectorizer
        )
        if (inputs := self._inputs.get(tuple(map(id, before)))) is None:
            rules = write_bag_rules(counter, is_weighted and weighting.sublinear_tf)
            inputs = self._add_text(before, "bag", ["features", "values"], rules)
        model = LinearModel(
            coef=np.asarray(classifier.coef_, dtype=np.float64),
            intercept=np.broadcast_to(
                np.asarray(classifier.intercept_, dtype=np.float64),
                len(classifier.coef_),
            ),
            idf=(
                np.asarray(weighting.idf_, dtype=np.float64)
                if is_weighted and weighting.use_idf
                else None
            ),
            norm=weighting.norm if is_weighted else None,
        )
        output = f"scores{_ending(len(self.linear_models))}"
        self.linear_models.append((model, inputs, output))
        return {"kind": "output", "name": output, "link": _link(classifier)}

    def _add_text(
        self,
        before: tuple[Any, ...],
        kind: str,
        names: list[str],
        rules: dict[str, Any],
    ) -> list[str]:
        """Add the text rules of transformers, return the names of their inputs."""
        ending = _ending(sum(text["kind"] == kind for text in self.texts))
        inputs = [name + ending for name in names]
        self.texts.append({"kind": kind, "inputs": inputs, "rules": rules})
        self._inputs[tuple(map(id, before))] = inputs
        return inputs

    def _each(self, estimators: list[Any], before: tuple[Any, ...]) -> list[Any]:
        return [self.describe(each, before) for each in estimators]

    def _blend(self, blend: Any, before: tuple[Any, ...]) -> dict[str, Any]:
        if blend._is_multilabel:
            raise _refusal("takes a BlendedClassifier with one label per text")
        members = self._each(blend.estimators_, before)
        if blend.final_estimator_ is None:
            return {"kind": "log_mean", "members": members}
        return _stacking(members, "log_odds", blend.final_estimator_)

    def _stack(self, stack: Any, before: tuple[Any, ...]) -> dict[str, Any]:
        if stack.passthrough or {*stack.stack_method_} != {"predict_proba"}:
            raise _refusal(
                "takes a StackingClassifier with passthrough=False of classifiers "
                "with predict_proba"
            )
        members = self._each(stack.estimators_, before)
        return _stacking(members, "probabilities", stack.final_estimator_)

    def _vote(self, vote: Any, before: tuple[Any, ...]) -> dict[str, Any]:
        if vote.voting != "soft":
            raise _refusal('takes a VotingClassifier with voting="soft"')
        weights = vote.weights
        if weights is not None:
            named = zip(vote.estimators, weights, strict=True)
            weights = [float(weight) for (_, e), weight in named if e != "drop"]
        members = self._each(vote.estimators_, before)
        return {"kind": "mean", "members": members, "weights": weights}

    def _calibrate(self, model: Any, before: tuple[Any, ...]) -> dict[str, Any]:
        members = []
        for each in model.calibrated_classifiers_:
            inner = self.describe(each.estimator, before)
            response = "predict_proba"
            if hasattr(each.estimator, "decision_function"):
                response = "decision_function"
            members.append(
                {
                    "model": inner,
                    "response": _response(response, inner),
                    "method": each.method,
                    "curves": [_curve(one) for one in each.calibrators],
                }
            )
        return {"kind": "calibration", "members": members}

    def _threshold(self, model: Any, before: tuple[Any, ...]) -> dict[str, Any]:
        inner = self.describe(model.estimator_, before)
        method = model.response_method
        if method == "auto":
            method = "predict_proba"  # every exported classifier has it
        if type(model) is FixedThresholdClassifier:
            label, threshold = model.pos_label, model.threshold
            if threshold == "auto":
                threshold = 0.5 if method == "predict_proba" else 0.0
        else:
            label, threshold = tuned_positive_label(model), model.best_threshold_
        positive = 1 if label is None else model.classes_.tolist().index(label)
        return {
            "kind": "threshold",
            "model": inner,
            "response": _response(method, inner),
            "threshold": float(threshold),
            "positive": positive,
        }


_NETWORKS = (
    RNNSentimentClassifier,
    RNNOrdinalClassifier,
    RNNSentimentRegressor,
    HierarchicalAttentionClassifier,
)
_LINEAR = (LogisticRegression, NBSVMClassifier)
_BAGS = ([CountVectorizer], [TfidfVectorizer], [CountVectorizer, TfidfTransformer])
# These predict as the fitted estimator in the attribute does.
_DELEGATES = {
    BaseSearchCV: "best_estimator_",
    DistilledClassifier: "estimator_",
    FrozenEstimator: "estimator",
}
_COMBINED: dict[type, Callable[[ModelParts, Any, tuple[Any, ...]], dict[str, Any]]] = {
    BlendedClassifier: ModelParts._blend,
    CalibratedClassifierCV: ModelParts._calibrate,
    FixedThresholdClassifier: ModelParts._threshold,
    StackingClassifier: ModelParts._stack,
    TunedThresholdClassifierCV: ModelParts._threshold,
    VotingClassifier: ModelParts._vote,
}


def _ending(number: int) -> str:
    return f"_{number}" if number else ""


def _stacking(members: list[Any], features: str, final: Any) -> dict[str, Any]:
    """Return the node of a linear model of the members' probabilities."""
    if type(final) is not LogisticRegression:
        raise _refusal(
            "takes a LogisticRegression as the final_estimator, got a "
            f"{type(final).__name__}"
        )
    return {
        "kind": "stacking",
        "members": members,
        "features": features,
        "coef": final.coef_.tolist(),
        "intercept": final.intercept_.tolist(),
        "link": _link(final),
    }


def _link(classifier: Any) -> str:
    """Return the link function from the scores of a linear model to probabilities."""
    multi_class = getattr(
        classifier, "multi_class", "auto"
    )  # removed in later versions
    if multi_class == "multinomial" and len(classifier.classes_) == 2:
        raise _refusal('takes no LogisticRegression with multi_class="multinomial"')
    one_vs_rest = (
        len(classifier.classes_) == 2
        or type(classifier) is NBSVMClassifier
        or classifier.solver == "liblinear"
        or multi_class == "ovr"
    )
    return "one_vs_rest" if one_vs_rest else "softmax"


def _response(method: str, node: dict[str, Any]) -> str:
    """Return which output is calibrated or compared with a threshold."""
    if method == "predict_proba":
        return "probabilities"
    if not has_scores(node):
        raise _refusal(f"finds no {method} for a {node['kind']}")
    return "scores"


def _curve(calibrator: Any) -> list[Any]:
    """Return the parameters of a calibration curve."""
    if isinstance(calibrator, IsotonicRegression):
        return [calibrator.X_thresholds_.tolist(), calibrator.y_thresholds_.tolist()]
    if hasattr(calibrator, "beta_"):
        return [float(calibrator.beta_)]
    return [float(calibrator.a_), float(calibrator.b_)]


def _refusal(reason: str) -> TypeError:
    return TypeError(f"export_onnx {reason}. {_SUPPORTED} skrnn.save takes more.")


def _check_fitted(estimator: Any) -> None:
    try:
        check_is_fitted(estimator)
    except NotFittedError as error:
        raise NotFittedError(
            f"This {type(estimator).__name__} is not fitted yet: there is nothing to "
            "export. Call fit first."
        ) from error
